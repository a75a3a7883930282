//! The description of REST: there for everybody, and true.

use crate::harness::Site;

#[test]
fn every_list_the_description_names_can_be_read() {
    let site = Site::with_lab();
    let reply = site.http.get("/api/openapi.json");
    assert_eq!(reply.status, 200);
    let document = reply.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    for name in
        ["/zones", "/services", "/monitors", "/members/{service}/{pool}/{address}", "/split/{service}"]
    {
        assert!(paths.contains_key(name), "{name}");
    }
    // What needs a name or never ends is tested elsewhere.
    let plain = |path: &&String| {
        !path.contains('{') && !["/explain", "/logs/tail", "/logs/values"].contains(&path.as_str())
    };
    for path in paths.keys().filter(plain).filter(|path| paths[*path].get("get").is_some()) {
        let reply = site.http.get(&format!("/api/v1{path}"));
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    }
}

#[test]
fn the_viewer_needs_nothing_from_elsewhere() {
    let site = Site::start();
    let reply = site.http.get("/api/docs");
    assert_eq!(reply.status, 200);
    assert!(!reply.body.contains("https://"), "{}", reply.body);
}
