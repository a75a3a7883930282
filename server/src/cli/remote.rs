//! The running server as the other commands reach it: by URL and token, or by its data directory on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::http::problem::ProblemDetails;

/// Where the server is.
#[derive(Args, Clone, Debug)]
pub struct Remote {
    /// Address of the server's console and REST.
    #[arg(long, env = "STEELYARD_SERVER", value_name = "URL", global = true)]
    pub server: Option<String>,
    /// API token, made with `steelyard token create`.
    #[arg(long, env = "STEELYARD_TOKEN", value_name = "TOKEN", hide_env_values = true, global = true)]
    pub token: Option<String>,
    /// The server's data directory on this machine; its owner needs neither URL nor token.
    #[arg(long, env = "STEELYARD_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

const DEFAULT_SERVER: &str = "http://127.0.0.1:3000";

/// What a running server leaves in its data directory for its owner.
#[derive(Debug, Serialize, Deserialize)]
pub struct LocalAccess {
    /// URL of console and REST.
    pub http: String,
    /// A token that is valid as long as this server runs.
    pub token: String,
    /// Where the responder is asked.
    pub dns: Vec<SocketAddr>,
}

impl LocalAccess {
    /// The file's place; readable by its owner alone.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("local-access.json")
    }

    /// Reads it.
    pub fn read(dir: &Path) -> anyhow::Result<LocalAccess> {
        let path = LocalAccess::path(dir);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "--data-dir: no server left its address in {}: is it running, and are you its owner?",
                path.display()
            )
        })?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged: restart the server", path.display()))
    }
}

/// A part of a path, encoded so that any name can stand in it.
pub fn in_path(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A connection to the server.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Remote {
    /// Finds URL and token.
    pub fn client(&self) -> anyhow::Result<Client> {
        let local = match &self.data_dir {
            Some(dir) => Some(LocalAccess::read(dir)?),
            None => None,
        };
        let base = self
            .server
            .clone()
            .or_else(|| local.as_ref().map(|l| l.http.clone()))
            .unwrap_or_else(|| DEFAULT_SERVER.to_owned());
        if !base.starts_with("http://") && !base.starts_with("https://") {
            bail!("--server: {base:?} is no URL: give one such as {DEFAULT_SERVER}");
        }
        let token = self.token.clone().or(local.map(|l| l.token));
        let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).no_proxy().build()?;
        Ok(Client { http, base: base.trim_end_matches('/').to_owned(), token })
    }
}

impl Client {
    /// Begins a request to `path` under `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request; an answer that is no success becomes an error with the server's own words.
    pub async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        self.try_send(request).await?.map_err(|problem| anyhow::anyhow!("{}", problem.in_words()))
    }

    /// The same for a command that has its own words for what the server refuses.
    pub async fn try_send(
        &self,
        request: RequestBuilder,
    ) -> anyhow::Result<Result<Response, ProblemDetails>> {
        let response = request.send().await.map_err(|e| {
            let why = if e.is_connect() { "nothing answers there" } else { "the request failed" };
            anyhow::anyhow!(
                "{}: {why}: start it with `steelyard serve`, or name it with --server or --data-dir",
                self.base
            )
        })?;
        if response.status().is_success() {
            return Ok(Ok(response));
        }
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        match serde_json::from_str::<ProblemDetails>(&text) {
            Ok(problem) => Ok(Err(problem)),
            Err(_) => bail!("{} answered {status}", self.base),
        }
    }

    /// GETs JSON with query parameters.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<T> {
        let response = self.send(self.request(Method::GET, path).query(query)).await?;
        Ok(response.json().await?)
    }

    /// POSTs JSON and reads JSON.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let response = self.send(self.request(Method::POST, path).json(body)).await?;
        Ok(response.json().await?)
    }
}
