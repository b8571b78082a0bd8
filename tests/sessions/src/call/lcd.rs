//! REST, and CometBFT's RPC.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use stoa_system::ports::Ports;

use super::{Answer, Asker};

impl Asker {
    pub(super) async fn lcd(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        height: Option<u64>,
    ) -> Result<Answer> {
        let url = format!("{}{path}", Ports::http(self.node.ports.lcd));
        let mut request = self.http.request(method.parse()?, url);
        if let Some(height) = height {
            request = request.header("x-cosmos-block-height", height);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        // What is no JSON is compared as text.
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body })
    }

    pub(super) async fn rpc(&self, method: &str, params: &str) -> Result<Answer> {
        let params: Value = serde_json::from_str(params).with_context(|| params.to_owned())?;
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let url = Ports::http(self.node.ports.rpc);
        let response = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .body(request.to_string());
        let response = response.send().await?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.json().await? })
    }
}
