//! dnsperf: questions from four clients, as fast as the server answers with at most 200 of them open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use super::host::child::Running;
use super::host::packages;
use super::server::lab;

/// How much longer than its time dnsperf may take: it waits up to 5 s for the last answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// Questions a second that every server here answers.
const LEAST_RATE: u32 = 10_000;

/// What dnsperf counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// Questions sent.
    pub sent: u64,
    /// Answers that came.
    pub completed: u64,
    /// Questions without an answer.
    pub lost: u64,
    /// Answers that came, for each second.
    pub per_second: f64,
    /// Answers without an error code.
    pub noerror: u64,
}

/// Asks the lab's name of 127.0.0.1 for so many seconds. Every answer has to be one.
pub fn ask(port: u16, seconds: u32, folder: &Path) -> anyhow::Result<Counted> {
    run(&lab_questions(folder)?, port, Length::Seconds(seconds), folder, None)
}

/// The same so many times, however long that takes.
pub fn ask_times(count: u32, port: u16, folder: &Path) -> anyhow::Result<Counted> {
    run(&lab_questions(folder)?, port, Length::Questions(count), folder, None)
}

/// The same at no more than so many questions a second.
pub fn ask_at(rate: u32, port: u16, seconds: u32, folder: &Path) -> anyhow::Result<Counted> {
    run(&lab_questions(folder)?, port, Length::Seconds(seconds), folder, Some(rate))
}

fn lab_questions(folder: &Path) -> anyhow::Result<PathBuf> {
    let questions = folder.join("questions");
    fs::write(&questions, format!("{} A\n", lab::NAME))?;
    Ok(questions)
}

/// Asks 127.0.0.1 for so many seconds what is in a file, again and again: a name and a type on each line. Every answer
/// has to be one.
pub fn ask_names(questions: &Path, port: u16, seconds: u32, folder: &Path) -> anyhow::Result<Counted> {
    run(questions, port, Length::Seconds(seconds), folder, None)
}

/// How long is asked.
#[derive(Clone, Copy)]
enum Length {
    Seconds(u32),
    /// The whole file so many times.
    Questions(u32),
}

fn run(
    questions: &Path,
    port: u16,
    length: Length,
    folder: &Path,
    rate: Option<u32>,
) -> anyhow::Result<Counted> {
    let mut command = Command::new(packages::need("dnsperf", "dnsperf")?);
    let (flag, number, seconds) = match length {
        Length::Seconds(seconds) => ("-l", seconds, seconds),
        // The file is one question.
        Length::Questions(count) => ("-n", count, count / LEAST_RATE),
    };
    command.args(["-s", "127.0.0.1", "-p", &port.to_string(), flag, &number.to_string()]);
    command.args(["-c", "4", "-T", "1", "-q", "200", "-d"]).arg(questions);
    if let Some(rate) = rate {
        command.args(["-Q", &rate.to_string()]);
    }
    let mut dnsperf = Running::spawn("dnsperf", &mut command, folder)?;
    dnsperf.succeed(Duration::from_secs(seconds.into()) + PATIENCE, |_| ())?;
    let counted = parse(&dnsperf.output()?).context("dnsperf's statistics are not understood")?;
    if counted.completed == 0 || counted.noerror != counted.completed {
        bail!(
            "{} of {} answers were no NOERROR: {counted:?}",
            counted.completed - counted.noerror,
            counted.completed
        );
    }
    Ok(counted)
}

/// Reads the statistics at the end of dnsperf's output.
fn parse(output: &str) -> Option<Counted> {
    let after = |key: &str| output.lines().find_map(|l| l.trim_start().strip_prefix(key)).map(str::trim);
    let count = |key: &str| after(key)?.split_ascii_whitespace().next()?.parse::<u64>().ok();
    let codes = after("Response codes:").unwrap_or_default();
    let noerror = codes.split(", ").find_map(|c| c.strip_prefix("NOERROR ")?.split(' ').next()?.parse().ok());
    Some(Counted {
        sent: count("Queries sent:")?,
        completed: count("Queries completed:")?,
        lost: count("Queries lost:")?,
        per_second: after("Queries per second:")?.parse().ok()?,
        noerror: noerror.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "[Status] Testing complete (time limit)

Statistics:

  Queries sent:         324930
  Queries completed:    324928 (100.00%)
  Queries lost:         2 (0.00%)

  Response codes:       NOERROR 324900 (99.99%), REFUSED 28 (0.01%)
  Average packet size:  request 40, response 56
  Run time (s):         2.000656
  Queries per second:   162410.729281

  Average Latency (s):  0.000246 (min 0.000009, max 0.005527)
";

    #[test]
    fn the_statistics_are_read() {
        let counted = parse(OUTPUT).unwrap();
        assert_eq!((counted.sent, counted.completed, counted.lost), (324_930, 324_928, 2));
        assert_eq!((counted.per_second, counted.noerror), (162_410.729_281, 324_900));
    }

    #[test]
    fn output_that_broke_off_is_not() {
        assert_eq!(parse("[Status] Sending queries (to 127.0.0.1:5301)\n"), None);
        assert_eq!(parse(&OUTPUT.replace("Queries lost:", "")), None);
    }
}
