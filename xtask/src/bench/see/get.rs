//! REST of the server that is measured: one request for each connection, timed from the first octet sent to the last
//! one read.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::bench::server::steelyard::Steelyard;

/// Where it is, and what opens it.
#[derive(Debug)]
pub struct Rest {
    address: String,
    token: String,
}

impl Rest {
    /// As the server left it for its owner.
    pub fn of(server: &Steelyard) -> anyhow::Result<Rest> {
        let text = std::fs::read_to_string(server.data_dir().join("local-access.json"))
            .context("the server left no address")?;
        let access: serde_json::Value = serde_json::from_str(&text)?;
        let text =
            |key: &str| access[key].as_str().map(str::to_owned).context("the server's address is damaged");
        let address = text("http")?.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Rest { address, token: text("token")? })
    }

    /// Milliseconds, and the answer.
    pub fn get(&self, path: &str) -> anyhow::Result<(f64, serde_json::Value)> {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(
            stream,
            "GET /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Accept-Encoding: identity\r\n\r\n",
            self.address, self.token
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) =
            answer.split_once("\r\n\r\n").context("the server's answer has no end of its head")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!("{path}: {}", head.lines().next().unwrap_or_default());
        }
        // A body of unknown length comes in chunks, each after a line with its length.
        let start = body.find(['{', '[']).context("the server's answer is no JSON")?;
        let end = body.rfind(['}', ']']).context("the server's answer is no JSON")?;
        let json = body.get(start..=end).context("the server's answer is no JSON")?;
        Ok((took, serde_json::from_str(json).with_context(|| format!("{path}: the answer is no JSON"))?))
    }
}

/// A text as a value in a query string.
pub fn encoded(text: &str) -> String {
    let octet = |octet: u8| match octet {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(octet).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(octet).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_filter_stands_in_a_query_string() {
        assert_eq!(super::encoded("a = \"b\""), "a%20%3D%20%22b%22");
    }
}
