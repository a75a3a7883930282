//! A person at the console: the first sign-in, later ones, pages seen with a session's cookie.

use super::http::{Http, Reply};
use super::site::Site;

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

/// The one-time code that a site printed when it was ready.
pub fn code(site: &Site) -> String {
    site.ready_line()["code"].as_str().expect("a one-time code").to_owned()
}

/// Uses a code to become the first user.
pub fn welcome(http: &Http, code: &str, name: &str) -> Reply {
    http.form("/welcome", &[("code", code), ("name", name), ("password", PASSWORD)], &[])
}

/// Becomes the first user, `admin`, and returns the session's cookie.
pub fn first_sign_in(site: &Site) -> String {
    cookie(&welcome(&site.http.stranger(), &code(site), "admin").with_status(303))
}

/// Signs in as `admin`.
pub fn sign_in(http: &Http, headers: &[(&str, &str)]) -> Reply {
    http.form("/sign-in", &[("name", "admin"), ("password", PASSWORD)], headers)
}

/// The cookie that a reply sets, as a browser sends it back.
pub fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// A page as the holder of this cookie gets it.
pub fn page(http: &Http, path: &str, cookie: &str) -> Reply {
    http.send("GET", path, |request| request.header("cookie", cookie))
}
