//! Nobody comes in without saying who they are: one layer before every page, one before all of REST.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookie;
use super::problem::Failure;
use crate::access::{Actor, Role};
use crate::site::{Shared, Site};

/// Lets signed-in users through to the console; others are sent to sign in and come back.
pub async fn console(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    match by_session(&site, request.headers()).await {
        Ok(Some(actor)) => {
            if let Err(failure) = permit(&actor, request.method(), request.uri().path()) {
                return super::pages::errors::of(&site, &actor, request.uri().path(), failure);
            }
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Ok(None) => to_sign_in(request.method(), request.uri()),
        Err(failure) => super::pages::errors::bare(failure),
    }
}

/// Lets bearers of tokens and signed-in users through to REST.
pub async fn rest(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    let actor = match bearer(request.headers()) {
        Some(token) => {
            let cli = request.headers().get("x-steelyard-source").is_some_and(|v| v.as_bytes() == b"cli");
            let source = if cli { "cli" } else { "rest" };
            site.gate.token(&site.store, &token, source, site.now()).await.map_err(Failure::from)
        }
        None => by_session(&site, request.headers()).await,
    };
    let permitted = match actor {
        Ok(Some(actor)) => permit(&actor, request.method(), request.uri().path()).map(|()| actor),
        Ok(None) => Err(Failure::Unauthorized),
        Err(failure) => Err(failure),
    };
    match permitted {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn by_session(site: &Site, headers: &HeaderMap) -> Result<Option<Actor>, Failure> {
    match cookie::session(headers) {
        Some(secret) => Ok(site.gate.session(&site.store, &secret, site.now()).await?),
        None => Ok(None),
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// What a request needs: reading is for all, users and tokens for admins, every other change for operators. One's own
/// account and saved views are one's own.
pub fn needed(method: &Method, path: &str) -> Role {
    let part = path.trim_start_matches("/api/v1");
    // Whoever may read the log may export it; whose export it is, is looked at where it is cancelled or removed.
    const OWN: [&str; 6] =
        ["/account", "/exports", "/logs/exports", "/split/import", "/log-views", "/logs/views"];
    let own = OWN.iter().any(|own| part.starts_with(own));
    if part.starts_with("/users") || part.starts_with("/tokens") {
        Role::Admin
    } else if method.is_safe() || own {
        Role::Viewer
    } else {
        Role::Operator
    }
}

pub fn permit(actor: &Actor, method: &Method, path: &str) -> Result<(), Failure> {
    let needed = needed(method, path);
    if actor.role >= needed {
        return Ok(());
    }
    Err(Failure::Forbidden(format!(
        "{} has the role {}; this needs {}: ask an admin",
        actor.name,
        actor.role.as_str(),
        needed.as_str()
    )))
}

fn to_sign_in(method: &Method, uri: &Uri) -> Response {
    let wanted = uri.path_and_query().map(|p| p.as_str()).filter(|p| method.is_safe() && *p != "/");
    match wanted {
        Some(path) => {
            let query: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            Redirect::to(&format!("/sign-in?next={query}")).into_response()
        }
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// Where to go after signing in: a path of this console, and nothing else.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admins_see_users_and_only_operators_change() {
        assert_eq!(needed(&Method::GET, "/services"), Role::Viewer);
        assert_eq!(needed(&Method::POST, "/services/new"), Role::Operator);
        assert_eq!(needed(&Method::PUT, "/api/v1/zones/a"), Role::Operator);
        assert_eq!(needed(&Method::GET, "/api/v1/users"), Role::Admin);
        assert_eq!(needed(&Method::POST, "/account/password"), Role::Viewer);
        assert_eq!(needed(&Method::POST, "/logs/views/1/delete"), Role::Viewer);
        assert_eq!(needed(&Method::POST, "/logs/full"), Role::Operator);
    }

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", ""] {
            assert_eq!(safe_next(bad), "/", "{bad}");
        }
        assert_eq!(safe_next("/logs?since=1h"), "/logs?since=1h");
    }
}
