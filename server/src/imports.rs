//! An exported log that is judged while it is sent: nothing of it is stored, and no more of it is held than a few
//! pieces.

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::IpAddr;

use analytics::split_csv::{self, CsvSplit, parse_expect};
use axum::body::Body;
use axum::http::HeaderMap;
use futures::StreamExt;
use model::config::Config;
use model::{Problem, Problems};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::http::multipart::stream::{Event, Parts};

/// Largest file, octets.
pub const LARGEST: u64 = 2 << 30;
/// Largest other field, octets.
const FIELD: usize = 64 << 10;
/// Pieces between the reader of the request and that of the file.
const AHEAD: usize = 8;

/// What was sent beside the file, and the file's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The fields.
    pub fields: HashMap<String, String>,
    /// Name of the file, as whoever sent it calls it.
    pub file: String,
}

impl Sent {
    /// A field without the space around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map(|text| text.trim()).unwrap_or_default()
    }

    /// The weights that were in force: as they were written, or those of a configured service.
    fn expect(&self, config: &Config) -> Result<Vec<(IpAddr, u16)>, Problem> {
        match (self.text("expect"), self.text("service")) {
            ("", "") => {
                Err(Problem::new("expect", "", "choose a service, or write the weights that were in force"))
            }
            ("", service) => weights_of(config, service),
            (expect, _) => parse_expect(expect),
        }
    }
}

/// The weights of a service's pool that is asked first: of its IPv4 addresses, or when it has none of the others.
pub fn weights_of(config: &Config, service: &str) -> Result<Vec<(IpAddr, u16)>, Problem> {
    let wrong = |text: &str| Problem::new("service", service, text);
    let found = config.services.iter().find(|one| one.name.to_string() == service);
    let found = found.ok_or_else(|| wrong("there is no service of this name: choose one from the list"))?;
    let pools = found.pools.iter().filter(|pool| pool.enabled);
    let pool = pools.max_by_key(|pool| pool.priority);
    let members = pool.iter().flat_map(|pool| &pool.members).filter(|member| member.enabled);
    let all: Vec<(IpAddr, u16)> =
        members.filter_map(|member| Some((member.address?, member.weight.get()))).collect();
    let v4: Vec<(IpAddr, u16)> = all.iter().copied().filter(|(address, _)| address.is_ipv4()).collect();
    let weights = if v4.is_empty() { all } else { v4 };
    if weights.is_empty() {
        return Err(wrong("its members have names and no addresses: write the weights by address"));
    }
    Ok(weights)
}

/// Reads a form and judges the file in it. What was sent comes back in any case, for the form to be shown again.
pub async fn receive(config: &Config, headers: &HeaderMap, body: Body) -> (Sent, Result<CsvSplit, Problems>) {
    let mut sent = Sent::default();
    let result = read(config, headers, body, &mut sent).await;
    (sent, result.map_err(Problems::from))
}

async fn read(
    config: &Config,
    headers: &HeaderMap,
    body: Body,
    sent: &mut Sent,
) -> Result<CsvSplit, Problem> {
    let broken = || Problem::new("", "", "the form was not sent whole: send it again");
    let mut parts = Parts::new(headers).ok_or_else(broken)?;
    let mut pieces = body.into_data_stream();
    let (mut field, mut file, mut ended) = (None, None, false);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| broken())?;
        for event in parts.push(&piece).ok_or_else(broken)? {
            match event {
                Event::Field(name, Some(called)) if name == "file" => {
                    sent.file = called;
                    file = Some(FilePart::begin(sent, config));
                    field = None;
                }
                Event::Field(name, _) => field = Some(name),
                Event::Data(data) => match (&field, &mut file) {
                    (Some(name), _) => {
                        let text = sent.fields.entry(name.clone()).or_default();
                        if text.len() + data.len() > FIELD {
                            return Err(Problem::new(&**name, "", "the field is longer than 64 KiB"));
                        }
                        text.push_str(&String::from_utf8_lossy(&data));
                    }
                    (None, Some(file)) => file.take(data).await,
                    (None, None) => {}
                },
                Event::End => ended = true,
            }
        }
    }
    match file {
        _ if !ended => Err(broken()),
        Some(file) => file.end(&sent.file).await,
        None => Err(Problem::new("file", "", "choose an exported log")),
    }
}

/// The file on its way through.
struct FilePart {
    octets: u64,
    judging: Result<(mpsc::Sender<Vec<u8>>, JoinHandle<Result<CsvSplit, Problem>>), Problem>,
}

impl FilePart {
    /// The other fields were sent before it, as the page has them.
    fn begin(sent: &Sent, config: &Config) -> FilePart {
        let judging = sent.expect(config).map(|expect| {
            let column = Some(sent.text("column").to_owned()).filter(|column| !column.is_empty());
            let (to, from) = mpsc::channel(AHEAD);
            let pieces = Pieces { from, held: Vec::new(), at: 0 };
            let judge = move || split_csv::judge_csv(pieces, column.as_deref(), &expect);
            (to, tokio::task::spawn_blocking(judge))
        });
        FilePart { octets: 0, judging }
    }

    /// What is refused already is read to its end all the same: a browser shows an answer only after it has sent all.
    async fn take(&mut self, data: Vec<u8>) {
        self.octets += data.len() as u64;
        if self.octets > LARGEST && self.judging.is_ok() {
            let text = format!("the file is larger than {} GiB: export a shorter window", LARGEST >> 30);
            self.judging = Err(Problem::new("file", "", text));
        }
        if let Ok((to, _)) = &self.judging {
            // Closed when the file was refused; the end says why.
            let _ = to.send(data).await;
        }
    }

    async fn end(self, name: &str) -> Result<CsvSplit, Problem> {
        let (to, task) = self.judging?;
        if self.octets == 0 {
            return Err(Problem::new("file", name, "choose an exported log; this file is empty"));
        }
        drop(to);
        task.await.map_err(|e| Problem::new("file", name, format!("it could not be judged: {e}")))?
    }
}

/// The pieces as one text.
struct Pieces {
    from: mpsc::Receiver<Vec<u8>>,
    held: Vec<u8>,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.held.len() {
            let Some(next) = self.from.blocking_recv() else { return Ok(0) };
            (self.held, self.at) = (next, 0);
        }
        let read = buf.len().min(self.held.len() - self.at);
        buf[..read].copy_from_slice(&self.held[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab() -> Config {
        crate::declarative::read(include_str!("../../examples/lab.yaml")).unwrap()
    }

    fn form(fields: &[(&str, &str)], file: Option<&str>) -> (HeaderMap, Body) {
        let mut text = String::new();
        for (name, value) in fields {
            text += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        if let Some(file) = file {
            let head = "Content-Disposition: form-data; name=\"file\"; filename=\"log.csv\"";
            text += &format!("--x\r\n{head}\r\nContent-Type: text/csv\r\n\r\n{file}\r\n");
        }
        text += "--x--\r\n";
        let kind = "multipart/form-data; boundary=x".parse().unwrap();
        let pieces: Vec<io::Result<Vec<u8>>> =
            text.as_bytes().chunks(7).map(|piece| Ok(piece.to_vec())).collect();
        let body = Body::from_stream(futures::stream::iter(pieces));
        (HeaderMap::from_iter([(http::header::CONTENT_TYPE, kind)]), body)
    }

    async fn judged(fields: &[(&str, &str)], file: Option<&str>) -> Result<CsvSplit, String> {
        let (headers, body) = form(fields, file);
        let (_, result) = receive(&lab(), &headers, body).await;
        result.map_err(|problems| problems.to_string())
    }

    fn log() -> String {
        let answers = [("10.10.25.46", 6), ("10.10.26.40", 3), ("10.10.23.40", 1)];
        let turn: String =
            answers.iter().map(|(a, n)| format!("2026-11-20T08:00:00Z,{a}\n").repeat(*n)).collect();
        format!("ts,answers\n{}", turn.repeat(200))
    }

    #[tokio::test]
    async fn a_file_is_judged_by_the_weights_of_a_service_or_by_those_that_were_written() {
        let service = lab().services[0].name.to_string();
        for fields in [
            [("service", &*service), ("expect", "")],
            [("service", ""), ("expect", "10.10.25.46=6,10.10.26.40=3,10.10.23.40=1")],
        ] {
            let split = judged(&fields, Some(&log())).await.unwrap();
            assert_eq!((split.rows, split.segment.verdict.as_str()), (2000, "PASS"));
        }
        let wrong = [("service", &*service), ("expect", "10.10.25.46=1,10.10.26.40=1")];
        assert_eq!(judged(&wrong, Some(&log())).await.unwrap().segment.verdict.as_str(), "FAIL");
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_beside_its_field() {
        let expect = ("expect", "10.10.25.46=6");
        for (fields, file, words) in [
            (vec![], Some(log()), "expect: choose a service"),
            (
                vec![("service", "no.such.name")],
                Some(log()),
                "service: \"no.such.name\": there is no service",
            ),
            (vec![("expect", "10.0.0.1")], Some(log()), "expect: \"10.0.0.1\": no weight is given"),
            (vec![expect], None, "file: choose an exported log"),
            (
                vec![expect],
                Some(String::new()),
                "file: \"log.csv\": choose an exported log; this file is empty",
            ),
            (vec![expect, ("column", "nothing")], Some(log()), "column: \"nothing\": the file has no column"),
            (vec![expect], Some("a,b\n1,2\n".into()), "column: the file has no column that is known"),
        ] {
            let problem = judged(&fields, file.as_deref()).await.unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
        let (headers, _) = form(&[expect], None);
        let cut = Body::from("--x\r\nContent-Disposition: form-data; name=\"expect\"\r\n\r\n10.10");
        let (_, result) = receive(&lab(), &headers, cut).await;
        assert!(result.unwrap_err().to_string().contains("not sent whole"));
    }
}
