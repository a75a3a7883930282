//! Certificates that come, go and are wrong while the responder runs.

use std::fs;

use dns::{Certificate, Options, Policy, Responder, Secure};
use rustls::ProtocolVersion;

use super::site::{Doh, Doq, Dot, Site, files, issue, trusting};
use crate::client::{ask, parse};
use crate::{config, serving};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_for_new_connections_and_open_ones_go_on() {
    let site = Site::start().await;
    let (mut dot, doq) = (site.dot().await, site.doq().await);
    let packet = crate::client::Question { id: 0, ..ask("test.example.org", 1) }.packet();
    dot.ask(&packet).await;
    doq.ask(&packet).await.unwrap();
    let new = issue(site.folder.path());
    site.certificate.reload().unwrap();
    assert_eq!(parse(&dot.ask(&packet).await).answers.len(), 2, "the open connection");
    assert_eq!(parse(&doq.ask(&packet).await.unwrap()).answers.len(), 2, "the open connection");
    let secure = &site.secure;
    assert!(Dot::connect(secure.tls[0], &site.roots).await.is_err(), "the old one is gone");
    assert!(Doh::connect(secure.https[0], &site.roots).await.is_err(), "the old one is gone");
    assert!(Doq::connect(secure.quic[0], &site.roots).await.is_err(), "the old one is gone");
    Dot::connect(secure.tls[0], &new).await.unwrap().ask(&packet).await;
    Doh::connect(secure.https[0], &new).await.unwrap().post(&packet).await;
    Doq::connect(secure.quic[0], &new).await.unwrap().ask(&packet).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_is_wrong_names_its_file_and_leaves_the_old_one_in_force() {
    let site = Site::start().await;
    let [chain, key] = files(site.folder.path());
    let right = [fs::read(&chain).unwrap(), fs::read(&key).unwrap()];
    let other = tempfile::tempdir().unwrap();
    issue(other.path());
    let [_, other_key] = files(other.path());
    let cases = [
        (&chain, Some(b"nothing".to_vec()), "tls_cert", "there is no certificate in it"),
        (&chain, None, "tls_cert", "cannot be read"),
        (&key, Some(right[0].clone()), "tls_key", "there is no private key in it"),
        (&key, Some(fs::read(other_key).unwrap()), "tls_key", "give the two that were issued together"),
    ];
    for (file, content, field, reason) in cases {
        match content {
            Some(content) => fs::write(file, content).unwrap(),
            None => fs::remove_file(file).unwrap(),
        }
        let error = site.certificate.reload().unwrap_err().to_string();
        assert!(error.starts_with(&format!("{field} {}", file.display())), "{error}");
        assert!(error.contains(reason), "{error}");
        assert!(Certificate::read(&chain, &key).is_err());
        site.dot().await.ask(&ask("test.example.org", 1).packet()).await;
        fs::write(&chain, &right[0]).unwrap();
        fs::write(&key, &right[1]).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_and_1_3_are_spoken_and_no_other_protocol_within() {
    let site = Site::start().await;
    let packet = ask("test.example.org", 1).packet();
    assert_eq!(site.dot().await.version(), Some(ProtocolVersion::TLSv1_3));
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(ring);
    let mut store = rustls::RootCertStore::empty();
    store.add(site.roots[0].clone()).unwrap();
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
    let old = builder.with_root_certificates(store).with_no_client_auth();
    let mut dot = Dot::with(site.secure.tls[0], old).await.unwrap();
    assert_eq!(dot.version(), Some(ProtocolVersion::TLSv1_2));
    dot.ask(&packet).await;
    assert!(Dot::with(site.secure.tls[0], trusting(&site.roots, "h2")).await.is_err());
    assert!(Dot::with(site.secure.https[0], trusting(&site.roots, "dot")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_certificate_is_refused_by_name() {
    let secure = Secure { https: vec!["127.0.0.1:0".parse().unwrap()], ..Secure::default() };
    let options = Options { secure, ..Options::default() };
    let view = serving(config(), 42, None, options.worker_slots());
    let error = Responder::start(options, view, Policy::default()).await.err().unwrap().to_string();
    assert_eq!(error, "dns_https 127.0.0.1:0: there is no certificate: give tls_cert and tls_key");
}
