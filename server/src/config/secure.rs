//! Settings of DNS over TLS, HTTPS and QUIC.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::file::File;

/// Flags of the secure transports.
#[derive(Args, Clone, Debug, Default)]
pub struct SecureArgs {
    /// Address of DNS over TLS (port 853 by custom); may be given several times.
    #[arg(long, value_name = "ADDR", env = "STEELYARD_DNS_TLS", value_delimiter = ',')]
    pub dns_tls: Vec<SocketAddr>,
    /// Address of DNS over HTTPS (port 443 by custom), path /dns-query; may be given several times.
    #[arg(long, value_name = "ADDR", env = "STEELYARD_DNS_HTTPS", value_delimiter = ',')]
    pub dns_https: Vec<SocketAddr>,
    /// Address of DNS over QUIC (UDP port 853 by custom); may be given several times.
    #[arg(long, value_name = "ADDR", env = "STEELYARD_DNS_QUIC", value_delimiter = ',')]
    pub dns_quic: Vec<SocketAddr>,
    /// Certificate chain of these addresses, PEM, the server's own first; read again on SIGHUP and when it changes.
    #[arg(long, value_name = "FILE", env = "STEELYARD_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, value_name = "FILE", env = "STEELYARD_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
}

/// The settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecureSettings {
    /// DNS over TLS.
    pub tls: Vec<SocketAddr>,
    /// DNS over HTTPS.
    pub https: Vec<SocketAddr>,
    /// DNS over QUIC.
    pub quic: Vec<SocketAddr>,
    /// Absolute paths of chain and key; there when an address is.
    pub files: Option<(PathBuf, PathBuf)>,
}

impl SecureArgs {
    /// Joins flags and file, and checks them.
    pub(super) fn settings(self, file: &mut File) -> anyhow::Result<SecureSettings> {
        let list = |flags: Vec<SocketAddr>, file: &mut Option<Vec<SocketAddr>>| match flags.is_empty() {
            true => file.take().unwrap_or_default(),
            false => flags,
        };
        let tls = list(self.dns_tls, &mut file.dns_tls);
        let https = list(self.dns_https, &mut file.dns_https);
        let quic = list(self.dns_quic, &mut file.dns_quic);
        let files = match (self.tls_cert.or(file.tls_cert.take()), self.tls_key.or(file.tls_key.take())) {
            (Some(chain), Some(key)) => Some((std::path::absolute(chain)?, std::path::absolute(key)?)),
            (Some(chain), None) => {
                bail!("tls_key: it is missing beside tls_cert {}: give both", chain.display())
            }
            (None, Some(key)) => bail!("tls_cert: it is missing beside tls_key {}: give both", key.display()),
            (None, None) => None,
        };
        let first = [("dns_tls", &tls), ("dns_https", &https), ("dns_quic", &quic)];
        let first = first.iter().find_map(|(key, list)| Some((key, list.first()?)));
        if let (Some((key, address)), None) = (first, &files) {
            bail!("{key} {address}: there is no certificate for it: give tls_cert and tls_key");
        }
        Ok(SecureSettings { tls, https, quic, files })
    }
}

impl SecureSettings {
    /// What the responder needs of them, the certificate read.
    ///
    /// # Errors
    /// When a file of the certificate is not there or not right; the text names it.
    pub fn open(&self) -> anyhow::Result<dns::Secure> {
        let certificate = match &self.files {
            Some((chain, key)) => Some(dns::Certificate::read(chain, key)?),
            None => None,
        };
        let (tls, https, quic) = (self.tls.clone(), self.https.clone(), self.quic.clone());
        Ok(dns::Secure { tls, https, quic, certificate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(args: SecureArgs) -> Result<SecureSettings, String> {
        args.settings(&mut File::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn an_address_needs_a_certificate_and_a_certificate_its_key() {
        let quic = || vec!["127.0.0.1:853".parse().unwrap()];
        let (cert, key) = (Some(PathBuf::from("/c.pem")), Some(PathBuf::from("/k.pem")));
        let args =
            |tls_cert, tls_key| SecureArgs { dns_quic: quic(), tls_cert, tls_key, ..SecureArgs::default() };
        let error = checked(args(None, None)).unwrap_err();
        assert_eq!(
            error,
            "dns_quic 127.0.0.1:853: there is no certificate for it: give tls_cert and tls_key"
        );
        let error = checked(args(cert.clone(), None)).unwrap_err();
        assert_eq!(error, "tls_key: it is missing beside tls_cert /c.pem: give both");
        let error = checked(args(None, key.clone())).unwrap_err();
        assert_eq!(error, "tls_cert: it is missing beside tls_key /k.pem: give both");
        assert_eq!(checked(args(cert, key)).unwrap().quic, quic());
        assert_eq!(checked(SecureArgs::default()).unwrap(), SecureSettings::default());
    }

    #[test]
    fn flags_win_over_the_file() {
        let file = "dns_tls = [\"127.0.0.1:1\", \"[::1]:1\"]\ndns_https = [\"127.0.0.1:2\"]\n\
                    tls_cert = \"/c.pem\"\ntls_key = \"/k.pem\"\n";
        let mut file: File = toml::from_str(file).unwrap();
        let args = SecureArgs {
            dns_https: vec!["127.0.0.1:3".parse().unwrap()],
            tls_key: Some("/other.pem".into()),
            ..SecureArgs::default()
        };
        let settings = args.settings(&mut file).unwrap();
        assert_eq!((settings.tls.len(), settings.https[0].port()), (2, 3));
        assert_eq!(settings.files, Some(("/c.pem".into(), "/other.pem".into())));
    }
}
