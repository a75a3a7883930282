//! The OpenAPI document of REST, and its viewer.
//!
//! Operations are those of [`rest::table`](super::rest::table), which the router is made of as well; schemas are
//! written by hand beside the model and held to it by tests; examples are the lab. The document holds no data of this
//! site and needs no sign-in.

mod examples;
mod parameters;
mod paths;
mod responses;
mod schemas;
mod shape;
#[cfg(feature = "swagger")]
mod viewer;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::info::{InfoBuilder, License};
use utoipa::openapi::schema::{Components, ComponentsBuilder};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{OpenApi, OpenApiBuilder};

use super::rest::table;

const ABOUT: &str = include_str!("about.md");

const TAGS: [(&str, &str); 24] = [
    ("config", "The whole configuration in its declarative form."),
    ("zones", "Zones with their static records."),
    ("services", "Services with their pools and members: names whose answers are steered."),
    ("monitors", "Health checks."),
    ("sites", "Places that answer DNS."),
    ("locations", "Where members live."),
    ("channels", "Where alerts go."),
    ("alert-rules", "Which events become alerts."),
    ("client-groups", "Which clients are answered private addresses."),
    ("settings", "What the query log keeps."),
    ("revisions", "The history; each change can be undone by another."),
    ("events", "What happened."),
    ("deliveries", "What was sent of it to whom."),
    ("health", "Measured health."),
    ("overrides", "What operators decided instead of it."),
    ("ramps", "Canaries whose share is raised step by step, as long as their gates allow."),
    ("explain", "Why an answer is what it is."),
    ("split", "The split, observed against configured."),
    ("logs", "The query log."),
    ("exports", "What was exported of it."),
    ("log-views", "What its page shows, saved under a name."),
    ("users", "Who may sign in."),
    ("tokens", "Who else may ask."),
    ("secrets", "What monitors and channels name instead of holding it."),
];

/// The routes.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new().route("/api/openapi.json", get(json));
    #[cfg(feature = "swagger")]
    let router = router.merge(viewer::router());
    router
}

async fn json() -> Response {
    static TEXT: LazyLock<Option<String>> = LazyLock::new(|| document().to_json().ok());
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    match TEXT.as_deref() {
        Some(text) => (headers, text).into_response(),
        None => super::problem::Failure::Internal("the OpenAPI document cannot be written".to_owned())
            .into_response(),
    }
}

/// The document.
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Steelyard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))));
    let none: [&str; 0] = [];
    let either = [SecurityRequirement::new("bearer", none), SecurityRequirement::new("session", none)];
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/api/v1").description(Some("This server")).build()]))
        .tags(Some(TAGS.map(tag)))
        .paths(paths::all(&table::operations()))
        .components(Some(components()))
        .security(Some(either))
        .build()
}

fn tag((name, about): (&str, &str)) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

fn components() -> Components {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An API token, made in the console, with `POST /tokens` or `steelyard token create`.",
        ))
        .build();
    let cookie = "The console's session. Over HTTPS the cookie is `__Host-steelyard_session`.";
    let session = ApiKey::Cookie(ApiKeyValue::with_description("steelyard_session", cookie));
    let mut components = ComponentsBuilder::new()
        .schemas_from_iter(schemas::all())
        .responses_from_iter(responses::all())
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("session", SecurityScheme::ApiKey(session));
    for (key, parameter) in parameters::all() {
        components = components.parameter(key, parameter);
    }
    for (key, header) in parameters::headers() {
        components = components.header(key, header);
    }
    components.build()
}
