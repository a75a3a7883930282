//! What is printed when everything listens: where, and how to sign in the first time.

use serde_json::json;

use crate::access::secret;
use crate::clock;
use crate::config::{Settings, reachable};
use crate::site::Site;

/// How long a first sign-in code is valid, microseconds.
const CODE_US: i64 = 24 * 3600 * 1_000_000;

/// Prints it; with `--json-ready` as one line of JSON.
pub async fn announce(site: &Site, settings: &Settings, storage: bool) {
    let http = format!("http://{}", reachable(site.http));
    let dns: Vec<String> = site.responder.addresses().iter().map(ToString::to_string).collect();
    let secure = site.responder.secure_addresses();
    let code = if storage { first_code(site).await } else { None };
    if settings.json_ready {
        let line = json!({
            "ready": true, "http": http, "dns": dns, "dns_tls": secure.tls, "dns_https": secure.https,
            "dns_quic": secure.quic, "storage": storage,
            "signin": code.as_ref().map(|_| format!("{http}/welcome")), "code": code,
        });
        println!("{line}");
        return;
    }
    println!();
    println!("  Steelyard {} serves", env!("CARGO_PKG_VERSION"));
    println!("    Console         {http}");
    for address in site.responder.addresses() {
        let shown = reachable(address);
        println!("    DNS             {address} UDP and TCP    dig @{} -p {} NAME", shown.ip(), shown.port());
    }
    for address in &secure.tls {
        println!("    DNS over TLS    {address}");
    }
    for address in &secure.https {
        println!("    DNS over HTTPS  https://{}/dns-query", reachable(*address));
    }
    for address in &secure.quic {
        println!("    DNS over QUIC   {address} UDP");
    }
    println!("    Data            {}", settings.data_dir.display());
    if let Some(code) = code {
        println!("    First sign-in   {http}/welcome");
        println!("    One-time code   {code}");
    }
    if !storage {
        println!("    Storage is away; answers come from the last good snapshot, if there is one.");
    }
    println!();
}

/// A code for the very first user, as long as there is none.
async fn first_code(site: &Site) -> Option<String> {
    match site.store.count_users().await {
        Ok(0) => {
            let code = secret::code();
            let now = clock::now();
            let hash = secret::hash(&secret::normal_code(&code));
            match site.store.create_sign_in_code(&hash, "admin", now + CODE_US).await {
                Ok(()) => Some(code),
                Err(error) => {
                    tracing::error!(%error, "no first sign-in could be made");
                    None
                }
            }
        }
        _ => None,
    }
}
