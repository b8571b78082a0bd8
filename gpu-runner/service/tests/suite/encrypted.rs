//! Both ways in behind a certificate, and a wallet that logs in.

use std::{path::PathBuf, sync::Arc};

use cosmrs::crypto::PublicKey;
use k256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use stoa_proto::inference::{
    ServerLiveRequest, grpc_inference_service_client::GrpcInferenceServiceClient,
};
use stoa_runner::{Config, FakeInference};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, crypto,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tonic::transport::Endpoint;

use crate::support::{Runner, config};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls").join(name)
}

/// A connection that trusts the test's authority and nobody else.
async fn connect(address: std::net::SocketAddr, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(data("ca.crt")).unwrap()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_both_ways_in_are_encrypted() {
    let dir = tempfile::tempdir().unwrap();
    let encrypted = Config {
        tls_certificate_file: Some(data("server.crt")),
        tls_key_file: Some(data("server.key")),
        ..config()
    };
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), encrypted).await;
    let mut stream = connect(runner.http, b"http/1.1").await;
    let request = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"fake\""), "{answer}");

    let plain = reqwest::get(runner.url("/v1/models")).await;
    assert!(plain.is_err(), "plain text must not be answered");

    let grpc = runner.grpc;
    let connector = tower::service_fn(move |_: tonic::transport::Uri| async move {
        Ok::<_, std::io::Error>(hyper_util::rt::TokioIo::new(connect(grpc, b"h2").await))
    });
    let channel =
        Endpoint::from_static("http://localhost").connect_with_connector(connector).await.unwrap();
    let mut client = GrpcInferenceServiceClient::new(channel);
    assert!(client.server_live(ServerLiveRequest {}).await.unwrap().into_inner().live);
    drop(client);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_logs_in_and_asks_with_its_session() {
    let dir = tempfile::tempdir().unwrap();
    let open = Config { wallet_audience: Some("https://here".to_owned()), ..config() };
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), open).await;
    let wallet = SigningKey::from_slice(&[9; 32]).unwrap();
    let public_key = wallet.verifying_key().to_encoded_point(true);
    let address = PublicKey::from(*wallet.verifying_key()).account_id("stoa").unwrap().to_string();
    let post =
        |path: &str, body: Value| reqwest::Client::new().post(runner.url(path)).json(&body).send();
    let asked = post("/v1/auth/challenge", json!({"address": address})).await.unwrap();
    let challenge = asked.json::<Value>().await.unwrap()["challenge"].clone();
    let base64 = |bytes: &[u8]| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        STANDARD.encode(bytes)
    };
    // As a wallet writes it: names in order, no white space.
    let document = json!({
        "account_number": "0", "chain_id": "", "fee": {"amount": [], "gas": "0"}, "memo": "",
        "msgs": [{"type": "sign/MsgSignData", "value": {
            "data": base64(challenge.as_str().unwrap().as_bytes()), "signer": address,
        }}],
        "sequence": "0",
    });
    let signature: Signature = wallet.sign(serde_json::to_string(&document).unwrap().as_bytes());
    let answer = json!({
        "challenge": challenge, "address": address,
        "public_key": base64(public_key.as_bytes()), "signature": base64(&signature.to_bytes()),
    });
    let session = post("/v1/auth/session", answer.clone()).await.unwrap();
    assert_eq!(session.status(), 200);
    let token = session.json::<Value>().await.unwrap()["access_token"].clone();
    assert_eq!(post("/v1/auth/session", answer).await.unwrap().status(), 401);

    let models = || reqwest::Client::new().get(runner.url("/v1/models"));
    assert_eq!(models().send().await.unwrap().status(), 401);
    let let_in = models().bearer_auth(token.as_str().unwrap()).send().await.unwrap();
    assert_eq!(let_in.status(), 200);
    runner.stop().await;
}
