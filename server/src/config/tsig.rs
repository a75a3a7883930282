//! The keys of zone transfers: `[[tsig]]` of the settings file. The configuration names keys; their secrets are in files
//! of their own, so that they reach no export, no revision and no log.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dns::{TsigKey, TsigKeys};
use model::config::Config;
use model::{DnsName, Problem};
use serde::Deserialize;

/// Octets below which a secret is worth guessing (RFC 8945 section 8).
const SHORT: usize = 16;

/// One `[[tsig]]` of the settings file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name both sides know the key by.
    pub name: String,
    /// `hmac-sha256`, `hmac-sha384` or `hmac-sha512`.
    #[serde(default = "sha256")]
    pub algorithm: String,
    /// A file that holds the secret in base64 and nothing else.
    pub secret_file: PathBuf,
}

fn sha256() -> String {
    "hmac-sha256".to_owned()
}

impl Entry {
    /// The entry with its file's path taken from the folder of the settings file.
    pub fn beside(self, settings: &Path) -> Entry {
        let folder = settings.parent().unwrap_or(Path::new(""));
        Entry { secret_file: folder.join(&self.secret_file), ..self }
    }
}

/// Reads every key.
///
/// # Errors
/// The entry, its field and the remedy; never the secret.
pub fn load(entries: &[Entry]) -> anyhow::Result<TsigKeys> {
    let mut keys: Vec<TsigKey> = Vec::new();
    for entry in entries {
        let at = format!("tsig[{}]", entry.name);
        let name: DnsName = entry.name.parse().map_err(|e| anyhow::anyhow!("{at}.name: {e}"))?;
        if keys.iter().any(|key| key.name == name) {
            bail!("{at}.name: this key is there already: give each a name of its own");
        }
        let hmac = entry.algorithm.parse().map_err(|e| anyhow::anyhow!("{at}.algorithm: {e}"))?;
        let secret = read(&entry.secret_file).with_context(|| format!("{at}.secret_file"))?;
        keys.push(TsigKey { name, hmac, secret });
    }
    Ok(TsigKeys::new(keys))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: cannot be read"))?;
    let mode = std::fs::metadata(path).with_context(|| format!("{shown}: cannot be read"))?.mode();
    if mode & 0o004 != 0 {
        tracing::warn!(path = %shown, "every user of this machine can read this TSIG secret: chmod o-rwx it");
    }
    let text: String = text.split_whitespace().collect();
    let Ok(secret) = BASE64_STANDARD.decode(text) else {
        bail!(
            "{shown}: the secret is no base64: write it as `tsig-keygen` or `keymgr -t` print it, and nothing else"
        );
    };
    if secret.is_empty() {
        bail!("{shown}: the file is empty: put the secret there, in base64");
    }
    if secret.len() < SHORT {
        tracing::warn!(path = %shown, octets = secret.len(), "this TSIG secret is short: make one of {SHORT} or more");
    }
    Ok(secret)
}

/// Every key that the configuration names and this site does not have.
pub fn unknown(config: &Config, keys: &TsigKeys) -> Vec<Problem> {
    let mut problems = Vec::new();
    for zone in &config.zones {
        let named = zone.transfer.iter().flat_map(|transfer| transfer.keys());
        for (field, key) in named.filter(|(_, key)| !keys.contains(key)) {
            let mut known: Vec<String> = keys.names().map(ToString::to_string).collect();
            known.sort();
            let remedy = match known.as_slice() {
                [] => "add it to the settings file as [[tsig]], and start again".to_owned(),
                some => format!("add it to the settings file as [[tsig]], or use {}", some.join(" or ")),
            };
            let message = format!("this site has no TSIG key of this name: {remedy}");
            let field = format!("zones[{}].transfer.{field}", zone.name);
            problems.push(Problem::new(field, key.to_string(), message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn entry(folder: &Path, name: &str, algorithm: &str, secret: &str) -> Entry {
        let path = folder.join(name);
        fs::write(&path, secret).unwrap();
        Entry { name: name.to_owned(), algorithm: algorithm.to_owned(), secret_file: path }
    }

    #[test]
    fn a_wrong_entry_is_named_and_its_secret_is_not_said() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, algorithm: &str, secret: &str| entry(folder.path(), name, algorithm, secret);
        let good = make("a.example", "HMAC-SHA512", "c2VjcmV0IG9mIHNpeHRlZW4gb2N0ZXRz\n");
        let keys = load(std::slice::from_ref(&good)).unwrap();
        assert_eq!(format!("{keys:?}"), "{\"a.example\"}");
        let missing = Entry { secret_file: folder.path().join("nowhere"), ..good.clone() };
        let cases = [
            (vec![good.clone(), good], "tsig[a.example].name"),
            (vec![make("b.example", "hmac-md5", "c2VjcmV0")], "hmac-sha256"),
            (vec![make("c.example", "hmac-sha256", "not base64!")], "is no base64"),
            (vec![make("d.example", "hmac-sha256", " \n")], "the file is empty"),
            (vec![make("b..example", "hmac-sha256", "c2VjcmV0")], "tsig[b..example].name"),
            (vec![missing], "cannot be read"),
        ];
        for (entries, expected) in cases {
            let said = format!("{:#}", load(&entries).unwrap_err());
            assert!(said.contains(expected) && !said.contains("not base64!"), "{said}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_named_with_its_zone() {
        let config: Config = serde_json::from_value(json!({"zones": [{"name": "example.org", "transfer": {
            "secondaries": [{"address": "192.0.2.1", "key": "b.example"}], "key": "a.example"}}]}))
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keys = load(&[entry(folder.path(), "a.example", "hmac-sha256", "c2VjcmV0")]).unwrap();
        let problems = unknown(&config, &keys);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, "zones[example.org].transfer.secondaries[192.0.2.1].key");
        assert!(problems[0].message.ends_with("or use a.example"), "{}", problems[0]);
        assert_eq!(unknown(&config, &TsigKeys::default()).len(), 2);
    }
}
