//! `steelyard explain`: why this answer.

use std::net::IpAddr;

use clap::Args;
use steering::Explanation;

use super::Exit;
use super::remote::Remote;

/// What is asked.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The name, as dig takes it.
    name: String,
    /// The type asked for.
    #[arg(long = "type", value_name = "TYPE", default_value = "A")]
    rr_type: String,
    /// The client that asks.
    #[arg(long, value_name = "IP")]
    client: Option<IpAddr>,
    /// The site that answers; this server's own when absent.
    #[arg(long)]
    site: Option<String>,
    /// How many of the next answers to show.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Prints the answer and the steps that led to it.
pub async fn run(args: ExplainArgs) -> anyhow::Result<Exit> {
    let mut query =
        vec![("name", args.name.clone()), ("type", args.rr_type.clone()), ("count", args.count.to_string())];
    query.extend(args.client.map(|c| ("client", c.to_string())));
    query.extend(args.site.clone().map(|s| ("site", s)));
    let explanation: Explanation = args.remote.client()?.get("/explain", &query).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&explanation)?);
        return Ok(Exit::Done);
    }
    print!("{}", in_words(&explanation));
    Ok(Exit::Done)
}

fn in_words(explanation: &Explanation) -> String {
    let mut out = format!(
        "{} {}: {} (generation {}, health epoch {})\n",
        explanation.name,
        explanation.rr_type,
        explanation.rcode,
        explanation.generation,
        explanation.health_epoch
    );
    for step in &explanation.steps {
        out.push_str(&format!("  {step}\n"));
    }
    for (i, answer) in explanation.answers.iter().enumerate() {
        let addresses: Vec<String> = answer.iter().map(ToString::to_string).collect();
        out.push_str(&format!("{:>5}  {}  TTL {}\n", i + 1, addresses.join(", "), explanation.ttl));
    }
    out
}
