//! `[[log.stream]]`: where else the rows of the log go.

use std::collections::HashSet;
use std::path::PathBuf;

use ::stream::{Settings, Target};
use anyhow::bail;
use model::Label;
use model::config::{Facility, SyslogTransport};
use serde::Deserialize;

use super::super::size::Size;

/// Rows that wait for a receiver when nothing is said.
const QUEUE: usize = 100_000;
/// Size of a file past which it is put aside, and how many are kept, when nothing is said.
const ROTATE: Size = Size(100 << 20);
const KEEP: u32 = 5;

/// One as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    name: Label,
    dnstap: Option<String>,
    file: Option<PathBuf>,
    rotate: Option<Size>,
    keep: Option<u32>,
    syslog: Option<String>,
    ca: Option<PathBuf>,
    facility: Option<Facility>,
    queue: Option<usize>,
}

/// Checks all of them.
pub(super) fn settings(entries: Vec<Entry>) -> anyhow::Result<Vec<Settings>> {
    let mut names = HashSet::new();
    let mut settings = Vec::new();
    for entry in entries {
        if !names.insert(entry.name.clone()) {
            bail!("log.stream.name: {} is there twice: give each stream a name of its own", entry.name);
        }
        settings.push(one(entry)?);
    }
    Ok(settings)
}

fn one(entry: Entry) -> anyhow::Result<Settings> {
    let Entry { name, dnstap, file, rotate, keep, syslog, ca, facility, queue } = entry;
    if file.is_none() && (rotate.is_some() || keep.is_some()) {
        bail!("log.stream {name}: rotate and keep are of a file: give file, or leave them out");
    }
    if syslog.is_none() && (facility.is_some() || ca.is_some()) {
        bail!("log.stream {name}: facility and ca are of syslog: give syslog, or leave them out");
    }
    let target = match (dnstap, file, syslog) {
        (Some(to), None, None) => match to.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Target::DnstapUnix(path.into()),
            Some(("tcp", address)) => Target::DnstapTcp(receiver(&name, "dnstap", address)?),
            _ => bail!("log.stream {name}: dnstap {to}: give unix:/PATH or tcp:HOST:PORT"),
        },
        (None, Some(path), None) => {
            let (Size(rotate), keep) = (rotate.unwrap_or(ROTATE), keep.unwrap_or(KEEP));
            if keep > 1000 {
                bail!("log.stream {name}: keep {keep} is out of range: give 0 to 1000");
            }
            Target::File { path: std::path::absolute(path)?, rotate, keep }
        }
        (None, None, Some(to)) => {
            let (transport, address) = match to.split_once(':') {
                Some(("udp", address)) => (SyslogTransport::Udp, address),
                Some(("tcp", address)) => (SyslogTransport::Tcp, address),
                Some(("tls", address)) => (SyslogTransport::Tls, address),
                _ => bail!(
                    "log.stream {name}: syslog {to}: give udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT"
                ),
            };
            if transport != SyslogTransport::Tls && ca.is_some() {
                bail!("log.stream {name}: ca is of syslog over TLS: give tls:HOST:PORT, or leave it out");
            }
            let ca = ca.map(std::path::absolute).transpose()?;
            let address = receiver(&name, "syslog", address)?;
            Target::Syslog { address, transport, ca, facility: facility.unwrap_or(Facility::Local0) }
        }
        _ => bail!("log.stream {name}: give one of dnstap, file and syslog"),
    };
    let queue = queue.unwrap_or(QUEUE);
    if !(1000..=10_000_000).contains(&queue) {
        bail!("log.stream {name}: queue {queue} is out of range: give 1000 to 10000000 rows");
    }
    Ok(Settings { name: name.to_string(), target, queue })
}

fn receiver(name: &Label, key: &str, address: &str) -> anyhow::Result<String> {
    let port =
        address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(port)) if port > 0 => Ok(address.to_owned()),
        _ => bail!("log.stream {name}: {key}: {address} is no receiver: give HOST:PORT"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::file::parse;
    use super::super::LogArgs;
    use super::*;

    fn read(text: &str) -> Result<Vec<Settings>, String> {
        let file = parse(text).map_err(|problem| problem.to_string())?;
        LogArgs::default().settings(file.log).map(|log| log.streams).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_of_stream_is_read_with_its_defaults() {
        let text = "[[log.stream]]\nname = \"a\"\ndnstap = \"unix:/run/tap.sock\"\n\
                    [[log.stream]]\nname = \"b\"\nfile = \"/var/log/q.ndjson\"\nrotate = \"1MiB\"\nqueue = 5000\n\
                    [[log.stream]]\nname = \"c\"\nsyslog = \"tls:[2001:db8::1]:6514\"\nca = \"/etc/ssl/own.pem\"\nfacility = \"local3\"\n\
                    [[log.stream]]\nname = \"d\"\ndnstap = \"tcp:tap.example.net:6000\"\n";
        let targets = [
            Target::DnstapUnix("/run/tap.sock".into()),
            Target::File { path: "/var/log/q.ndjson".into(), rotate: 1 << 20, keep: KEEP },
            Target::Syslog {
                address: "[2001:db8::1]:6514".to_owned(),
                transport: SyslogTransport::Tls,
                ca: Some("/etc/ssl/own.pem".into()),
                facility: Facility::Local3,
            },
            Target::DnstapTcp("tap.example.net:6000".to_owned()),
        ];
        let streams = read(text).unwrap();
        assert_eq!(
            streams.iter().map(|stream| stream.queue).collect::<Vec<_>>(),
            [QUEUE, 5000, QUEUE, QUEUE]
        );
        assert_eq!(streams.into_iter().map(|stream| stream.target).collect::<Vec<_>>(), targets);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        for (body, words) in [
            ("", "give one of dnstap, file and syslog"),
            ("dnstap = \"unix:/a\"\nfile = \"/b\"", "give one of dnstap, file and syslog"),
            ("dnstap = \"/a\"", "give unix:/PATH or tcp:HOST:PORT"),
            ("dnstap = \"tcp:host\"", "give HOST:PORT"),
            ("syslog = \"host:514\"", "give udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT"),
            ("dnstap = \"unix:/a\"\nrotate = \"1MiB\"", "rotate and keep are of a file"),
            ("file = \"/a\"\nfacility = \"user\"", "facility and ca are of syslog"),
            ("syslog = \"udp:h:1\"\nca = \"/a\"", "ca is of syslog over TLS"),
            ("file = \"/a\"\nqueue = 3", "queue 3 is out of range"),
            ("fil = \"/a\"", "fil"),
        ] {
            let error = read(&format!("[[log.stream]]\nname = \"a\"\n{body}\n")).unwrap_err();
            assert!(error.contains(words), "{body}: {error}");
        }
        let twice = "[[log.stream]]\nname = \"a\"\nfile = \"/a\"\n".repeat(2);
        assert!(read(&twice).unwrap_err().contains("a is there twice"));
    }
}
