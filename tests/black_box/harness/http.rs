//! An HTTP client that follows nothing and keeps nothing: what was answered is what a test sees.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// A client of one site.
pub struct Http {
    runtime: Runtime,
    client: Client,
    base: String,
    token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Http {
    /// A client without a token.
    pub fn new(base: &str) -> Http {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime for HTTP");
        let builder = Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(30));
        // A connection for each request: none is found closed by a server that stopped meanwhile.
        let client = builder.pool_max_idle_per_host(0).build().expect("an HTTP client");
        Http { runtime, client, base: base.to_owned(), token: None }
    }

    /// The same with a bearer token.
    pub fn with_token(mut self, token: &str) -> Http {
        self.token = Some(token.to_owned());
        self
    }

    /// Another client of the same site, without a token.
    pub fn stranger(&self) -> Http {
        Http::new(&self.base)
    }

    /// Where the site is, as `http://127.0.0.1:3000`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token it sends.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a client with a token")
    }

    /// Sends what `build` makes of a request.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        build: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Reply {
        let verb: Method = method.parse().expect("an HTTP method");
        let mut request = self.client.request(verb, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let reply = self.runtime.block_on(fetch(build(request)));
        reply.unwrap_or_else(|e| panic!("no answer to {method} {path}: {e:?}"))
    }

    /// GET, of a server that may not listen yet.
    pub fn try_get(&self, path: &str) -> Option<Reply> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.runtime.block_on(fetch(request)).ok()
    }

    /// GET.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, |request| request)
    }

    /// Sends JSON.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.send(method, path, |request| request.json(body))
    }

    /// Posts a form, as a page does.
    pub fn form(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, |request| {
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        })
    }
}

async fn fetch(request: RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Reply { status, headers, body: response.text().await? })
}

impl Reply {
    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }

    /// The reply, which has to have this status.
    pub fn with_status(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The problem of a request that failed with this status (RFC 9457).
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        for key in ["type", "title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {problem}");
        }
        problem
    }
}
