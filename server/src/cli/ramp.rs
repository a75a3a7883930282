//! `steelyard ramp`: a canary's share raised step by step, from the command line.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use model::canary::{
    CanaryGates, CanaryHook, CanaryRamp, CanarySpec, HealthGate, OnFailure, Percent, RampView,
};
use model::config::Service;
use model::{DnsName, Label, Span};
use reqwest::Method;

use super::Exit;
use super::remote::{Client, Remote};
use crate::http::rest::ramps::RampPlan;

/// What is done with a ramp.
#[derive(Debug, Subcommand)]
pub enum Ramp {
    /// Show the steps in whole weights, and begin with the first.
    Start(Box<StartArgs>),
    /// Say where the ramp of a service is, and what it waits for.
    Status(OneArgs),
    /// Stop at this step; the weights stay.
    Pause(OneArgs),
    /// Go on at the step it stopped at.
    Resume(OneArgs),
    /// Go to the next step now, whatever the gates say.
    Next(OneArgs),
    /// Put the weights before the ramp in force, now.
    Abort(OneArgs),
}

/// A ramp to begin.
#[derive(Args, Debug)]
pub struct StartArgs {
    /// The service.
    service: DnsName,
    /// Address of the canary; several times for several.
    #[arg(long = "member", value_name = "ADDR", required = true)]
    members: Vec<std::net::IpAddr>,
    /// The canary's share at each step, percent.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "1,5,20,50")]
    steps: Vec<Percent>,
    /// How long a step lasts at least.
    #[arg(long, value_name = "SPAN", default_value = "5m")]
    dwell: Span,
    /// Answers that have to name the canary before a step may end.
    #[arg(long, value_name = "N", default_value_t = 10)]
    canary_answers: u32,
    /// Whose health is watched: canary, pool or off.
    #[arg(long, value_name = "WHOSE", default_value = "canary")]
    health: String,
    /// Do not wait for a PASS of the split.
    #[arg(long)]
    no_verdict: bool,
    /// Who is asked at the end of each step.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Name of the secret that is sent to the webhook as `Authorization`.
    #[arg(long, value_name = "SECRET", requires = "webhook")]
    authorization: Option<Label>,
    /// Looks in a row at which a gate fails before anything is done.
    #[arg(long, value_name = "N", default_value_t = 2)]
    failures: u8,
    /// What is done when a gate fails: pause, step_down or abort.
    #[arg(long, value_name = "WHAT", default_value = "pause")]
    on_failure: String,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    reason: String,
    /// Show the steps and begin nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    remote: Remote,
}

/// The ramp of a service.
#[derive(Args, Debug)]
pub struct OneArgs {
    /// The service.
    service: DnsName,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    reason: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Does it.
pub async fn run(ramp: Ramp) -> anyhow::Result<Exit> {
    match ramp {
        Ramp::Start(args) => start(*args).await,
        Ramp::Status(args) => {
            let client = args.remote.client()?;
            let ramp = of(&client, &args.service).await?;
            let view: RampView = client.get(&format!("/ramps/{}", ramp.id), &[]).await?;
            show(&args, &view)
        }
        Ramp::Pause(args) => operate(args, "pause").await,
        Ramp::Resume(args) => operate(args, "resume").await,
        Ramp::Next(args) => operate(args, "next").await,
        Ramp::Abort(args) => operate(args, "abort").await,
    }
}

async fn start(args: StartArgs) -> anyhow::Result<Exit> {
    let client = args.remote.client()?;
    let service: Service = client.get(&format!("/services/{}", args.service), &[]).await?;
    let holds =
        |pool: &&model::config::Pool| pool.members.iter().any(|m| args.members.first().copied() == m.address);
    let pool = service.pools.iter().find(holds).map(|pool| pool.name.clone());
    let pool = pool.with_context(|| {
        let known = service.pools.iter().flat_map(|pool| &pool.members).map(|m| m.id().to_string());
        format!(
            "--member: {} has no such member: give one of {}",
            args.service,
            known.collect::<Vec<_>>().join(", ")
        )
    })?;
    let health = HealthGate::ALL.into_iter().find(|(gate, _)| gate.as_str() == args.health);
    let Some((health, _)) = health else { bail!("--health: {:?}: give canary, pool or off", args.health) };
    let on_failure = OnFailure::ALL.into_iter().find(|(on, _)| on.as_str() == args.on_failure);
    let Some((on_failure, _)) = on_failure else {
        bail!("--on-failure: {:?}: give pause, step_down or abort", args.on_failure)
    };
    let webhook = args.webhook.map(|url| CanaryHook {
        url: Some(url),
        authorization_secret: args.authorization,
        ..CanaryHook::default()
    });
    let gates = CanaryGates { health, verdict: !args.no_verdict, webhook, failures: args.failures };
    let spec = CanarySpec::new(args.service, pool, args.members, args.steps);
    let spec =
        CanarySpec { dwell: args.dwell, canary_answers: args.canary_answers, gates, on_failure, ..spec };
    let query = [("dry_run", args.dry_run.to_string()), ("reason", args.reason.clone())];
    let made = client.request(Method::POST, "/ramps").query(&query).json(&spec);
    let plan: RampPlan = client.send(made).await?.json().await?;
    print!("{}", plan_in_words(&plan));
    if let Some(id) = plan.id {
        let begin = client.request(Method::POST, &format!("/ramps/{id}/start"));
        let begun = client.send(begin.query(&[("reason", args.reason)])).await;
        if begun.is_err() {
            // A ramp that cannot be started is none.
            client.send(client.request(Method::DELETE, &format!("/ramps/{id}"))).await?;
        }
        let view: RampView = begun?.json().await?;
        print!("{}", in_words(&view));
    }
    Ok(Exit::Done)
}

/// The active ramp of a service, or its latest.
async fn of(client: &Client, service: &DnsName) -> anyhow::Result<CanaryRamp> {
    let ramps: Vec<CanaryRamp> = client.get("/ramps", &[("service", service.to_string())]).await?;
    let active = ramps.iter().find(|ramp| ramp.phase.is_active()).or(ramps.first());
    active
        .cloned()
        .with_context(|| format!("{service} has no ramp: begin one with `steelyard ramp start {service}`"))
}

async fn operate(args: OneArgs, deed: &str) -> anyhow::Result<Exit> {
    let client = args.remote.client()?;
    let ramp = of(&client, &args.service).await?;
    let request = client.request(Method::POST, &format!("/ramps/{}/{deed}", ramp.id));
    let view: RampView = client.send(request.query(&[("reason", &args.reason)])).await?.json().await?;
    show(&args, &view)
}

fn show(args: &OneArgs, view: &RampView) -> anyhow::Result<Exit> {
    if args.json {
        println!("{}", serde_json::to_string_pretty(view)?);
    } else {
        print!("{}", in_words(view));
    }
    Ok(Exit::Done)
}

fn plan_in_words(plan: &RampPlan) -> String {
    let mut out = format!("The canary has {:.2} % now.\n", plan.beginning_share * 100.0);
    out.push_str(&format!("{:>4} {:>8} {:>10} {:>10}  weights\n", "step", "target", "by weight", "answers"));
    for (i, step) in plan.steps.iter().enumerate() {
        let weights: Vec<String> =
            step.weights.iter().map(|m| format!("{}={}", m.address, m.weight)).collect();
        out.push_str(&format!(
            "{:>4} {:>6} % {:>8.3} % {:>10}  {}\n",
            i + 1,
            step.target.to_string(),
            step.share * 100.0,
            step.needed,
            weights.join(" ")
        ));
    }
    for warning in &plan.warnings {
        out.push_str(&format!("warning: {warning}\n"));
    }
    out
}

fn in_words(view: &RampView) -> String {
    let ramp = &view.ramp;
    let place = match ramp.step {
        Some(step) => format!("step {} of {}", step + 1, ramp.plan.len()),
        None => "the weights before it".to_owned(),
    };
    let phase = ramp.phase.as_str().replace('_', " ");
    let mut out = format!(
        "ramp {} is {phase}: {place}, {:.2} % by weight\n{}\n",
        ramp.id,
        ramp.share_of(ramp.step) * 100.0,
        ramp.why
    );
    if let Some(sample) = &view.sample {
        out.push_str(&format!(
            "{} of {} answers, {:.2} % named the canary ({:.2} % to {:.2} %)\n",
            sample.answered,
            sample.needed,
            sample.share * 100.0,
            sample.ci_low * 100.0,
            sample.ci_high * 100.0
        ));
    }
    for light in &view.lights {
        let (gate, signal) =
            (format!("{:?}", light.gate).to_lowercase(), format!("{:?}", light.signal).to_lowercase());
        out.push_str(&format!("{gate:<8} {signal:<5} {}\n", light.text));
    }
    out
}
