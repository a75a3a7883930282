//! One worker for each channel: a bounded queue, one alert at a time, in order.

use std::sync::Arc;
use std::time::Duration;

use model::config::Channel;
use model::occurrence::{Delivery, Outcome};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::alert::Alert;
use crate::send::{self, Failure, Outside, Sent};

/// How often and how fast is tried.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Tries of one alert, at least 1.
    pub tries: u8,
    /// Time one may take.
    pub deadline: Duration,
    /// Pause after the first; each that follows is four times as long.
    pub pause: Duration,
    /// Time after which an alert is not tried again.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            tries: 5,
            deadline: Duration::from_secs(10),
            pause: Duration::from_secs(2),
            patience: Duration::from_secs(600),
        }
    }
}

/// What a worker works with.
#[derive(Clone)]
pub struct Tools {
    pub outside: Arc<Outside>,
    pub pace: Pace,
    /// Numbers of deliveries.
    pub number: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Takes what became of each try; does not wait.
    pub report: Arc<dyn Fn(Delivery) + Send + Sync>,
}

/// Delivers what comes until the queue is closed.
pub async fn run(
    tools: Tools,
    mut channel: watch::Receiver<Arc<Channel>>,
    mut queue: mpsc::Receiver<Arc<Alert>>,
) {
    while let Some(alert) = queue.recv().await {
        deliver(&tools, &mut channel, &alert).await;
    }
}

async fn deliver(tools: &Tools, channel: &mut watch::Receiver<Arc<Channel>>, alert: &Alert) {
    let begun = Instant::now();
    for attempt in 1..=tools.pace.tries.max(1) {
        // What is tried again is sent as the channel is by then.
        let now = channel.borrow_and_update().clone();
        let (mut delivery, lasting) = attempt_once(tools, &now, alert, attempt).await;
        if delivery.outcome == Outcome::Delivered {
            (tools.report)(delivery);
            return;
        }
        let pause = jittered(tools.pace.pause.saturating_mul(4u32.saturating_pow(u32::from(attempt) - 1)));
        let again = !lasting && attempt < tools.pace.tries && begun.elapsed() + pause < tools.pace.patience;
        delivery.outcome = if again { Outcome::Retrying } else { Outcome::Failed };
        delivery.next_at = again.then(|| delivery.at + pause.as_micros() as i64);
        (tools.report)(delivery);
        if !again {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

/// One try, within the deadline; whether its failure would be the same again.
pub async fn attempt_once(tools: &Tools, channel: &Channel, alert: &Alert, attempt: u8) -> (Delivery, bool) {
    let begun = Instant::now();
    let sending = send::send(&tools.outside, channel, alert, tools.pace.deadline);
    let result = tokio::time::timeout(tools.pace.deadline, sending).await;
    let took_us = begun.elapsed().as_micros() as u64;
    let late = || Failure::passing(format!("no answer within {} s", tools.pace.deadline.as_secs_f32()));
    let (outcome, code, note, lasting) = match result.unwrap_or_else(|_| Err(late())) {
        Ok(Sent { code, note }) => (Outcome::Delivered, code, note, false),
        Err(Failure { code, note, lasting }) => (Outcome::Failed, code, note, lasting),
    };
    let delivery = Delivery {
        id: (tools.number)(),
        at: (tools.outside.clock)(),
        site: tools.outside.site.clone(),
        channel: channel.name.clone(),
        rule: alert.rule.clone(),
        level: alert.level,
        subject: alert.headline(),
        events: alert.events().map(|event| event.id).collect(),
        attempt,
        outcome,
        code,
        took_us,
        next_at: None,
        note,
    };
    (delivery, lasting)
}

/// What an alert that found the queue full became.
pub fn dropped(tools: &Tools, channel: &Channel, alert: &Alert) -> Delivery {
    Delivery {
        id: (tools.number)(),
        at: (tools.outside.clock)(),
        site: tools.outside.site.clone(),
        channel: channel.name.clone(),
        rule: alert.rule.clone(),
        level: alert.level,
        subject: alert.headline(),
        events: alert.events().map(|event| event.id).collect(),
        attempt: 0,
        outcome: Outcome::Dropped,
        code: String::new(),
        took_us: 0,
        next_at: None,
        note: "the channel's queue is full: the receiver is slow or away".to_owned(),
    }
}

/// A quarter more or less, so that channels that failed together do not try together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.75..1.25))
}
