use serde::{Deserialize, Serialize};

use crate::config::Header;
use crate::value::Label;

/// A web address that is itself the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Name of the secret that holds the address.
    pub url_secret: Label,
}

/// JSON to a web address; one of `url` and `url_secret` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Json {
    /// The address, `http` or `https`, without user or password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name of the secret that holds the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_secret: Option<Label>,
    /// The body with `{{placeholders}}`; all that is known of the alert when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Name of the secret that the body is signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hmac_secret: Option<Label>,
    /// Headers beside the sender's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
}

/// PagerDuty's Events API, version 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pagerduty {
    /// Name of the secret that holds the integration's routing key.
    pub routing_key_secret: Label,
    /// Another address than PagerDuty's own, as that of its European service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
