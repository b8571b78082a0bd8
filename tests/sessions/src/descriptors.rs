//! A node's descriptors, read by gRPC server reflection.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, Kind, MethodDescriptor, ReflectMessage as _, Value as Field,
};
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use serde_json::{Map, Value, json};
use tonic::transport::Channel;
use tonic_reflection::pb::v1alpha::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

/// Types that stand inside `Any`s of answers; what services name is found by itself.
const PACKED: &[&str] = &[
    "cosmos.auth.v1beta1.BaseAccount",
    "cosmos.auth.v1beta1.ModuleAccount",
    "cosmos.bank.v1beta1.MsgSend",
    "cosmos.bank.v1beta1.MsgSendResponse",
    "cosmos.crypto.secp256k1.PubKey",
    "cosmos.crypto.ed25519.PubKey",
    "cosmos.tx.v1beta1.Tx",
    "cosmwasm.wasm.v1.MsgInstantiateContract",
    "cosmwasm.wasm.v1.MsgStoreCode",
];

/// Files and services of a node.
pub struct Descriptors {
    pool: DescriptorPool,
    services: Vec<String>,
}

impl Descriptors {
    /// Asks as `grpcurl` does: services, the files of each, the files that those need.
    pub async fn reflected(port: u16) -> Result<Self> {
        let channel = tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?
            .connect()
            .await?;
        let mut client = ServerReflectionClient::new(channel);
        let listed = ask(&mut client, MessageRequest::ListServices(String::new())).await?;
        let MessageResponse::ListServicesResponse(listed) = listed else {
            bail!("no list of services")
        };
        let services: Vec<String> = listed.service.into_iter().map(|found| found.name).collect();
        let mut files: BTreeMap<String, FileDescriptorProto> = BTreeMap::new();
        let symbols = services.iter().map(String::as_str).chain(PACKED.iter().copied());
        for symbol in symbols {
            let asked = MessageRequest::FileContainingSymbol(symbol.to_owned());
            let found = ask(&mut client, asked).await.with_context(|| symbol.to_owned())?;
            add(&mut files, found)?;
        }
        loop {
            let known = |name: &&String| !files.contains_key(*name);
            let missing = files.values().flat_map(|file| &file.dependency).find(known).cloned();
            let Some(name) = missing else { break };
            let asked = MessageRequest::FileByFilename(name.clone());
            let found = ask(&mut client, asked).await.with_context(|| name.clone())?;
            add(&mut files, found)?;
        }
        let set = FileDescriptorSet { file: files.into_values().collect() };
        let pool = DescriptorPool::from_file_descriptor_set(set)?;
        Ok(Self { pool, services })
    }

    /// Names of the services.
    pub fn services(&self) -> &[String] {
        &self.services
    }

    /// All types.
    pub const fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// A method of a service.
    pub fn method(&self, service: &str, rpc: &str) -> Result<MethodDescriptor> {
        let found = self.pool.get_service_by_name(service).with_context(|| service.to_owned())?;
        let method = found.methods().find(|method| method.name() == rpc);
        method.with_context(|| format!("{service} has no method {rpc}"))
    }

    /// A message as JSON: names as in the interface files, `Any`s unpacked, nothing that is absent.
    pub fn to_json(&self, message: &DynamicMessage) -> Result<Value> {
        if message.descriptor().full_name() == "google.protobuf.Any" {
            return self.unpacked(message);
        }
        let mut object = Map::new();
        for (field, value) in message.fields() {
            object.insert(field.name().to_owned(), self.value(&field.kind(), value)?);
        }
        Ok(Value::Object(object))
    }

    fn unpacked(&self, any: &DynamicMessage) -> Result<Value> {
        let field = |name| any.get_field_by_name(name).map(std::borrow::Cow::into_owned);
        let (Some(Field::String(url)), Some(Field::Bytes(bytes))) =
            (field("type_url"), field("value"))
        else {
            bail!("an Any without its fields")
        };
        let Some(known) = self.pool.get_message_by_name(url.trim_start_matches('/')) else {
            return Ok(json!({"@type": url, "value": BASE64_STANDARD.encode(bytes)}));
        };
        let mut inner = self.to_json(&DynamicMessage::decode(known, bytes)?)?;
        if let Some(object) = inner.as_object_mut() {
            object.insert("@type".to_owned(), json!(url));
        }
        Ok(inner)
    }

    fn value(&self, kind: &Kind, value: &Field) -> Result<Value> {
        Ok(match value {
            Field::Bool(value) => json!(value),
            Field::I32(value) => json!(value),
            Field::U32(value) => json!(value),
            Field::I64(value) => json!(value.to_string()),
            Field::U64(value) => json!(value.to_string()),
            Field::F32(value) => json!(value),
            Field::F64(value) => json!(value),
            Field::String(value) => json!(value),
            Field::Bytes(value) => json!(BASE64_STANDARD.encode(value)),
            Field::EnumNumber(number) => {
                let name = kind.as_enum().and_then(|of| of.get_value(*number));
                name.map_or_else(|| json!(number), |name| json!(name.name()))
            }
            Field::Message(message) => self.to_json(message)?,
            Field::List(list) => {
                let items = list.iter().map(|item| self.value(kind, item));
                Value::Array(items.collect::<Result<_>>()?)
            }
            Field::Map(_) => bail!("no served message has maps"),
        })
    }
}

async fn ask(
    client: &mut ServerReflectionClient<Channel>,
    request: MessageRequest,
) -> Result<MessageResponse> {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut answers =
        client.server_reflection_info(tokio_stream::once(request)).await?.into_inner();
    let answer = answers.message().await?.context("no answer")?.message_response;
    match answer.context("an empty answer")? {
        MessageResponse::ErrorResponse(error) => bail!("{}", error.error_message),
        answer => Ok(answer),
    }
}

fn add(files: &mut BTreeMap<String, FileDescriptorProto>, found: MessageResponse) -> Result<()> {
    let MessageResponse::FileDescriptorResponse(found) = found else { bail!("no file") };
    for bytes in found.file_descriptor_proto {
        let file = FileDescriptorProto::decode(bytes.as_slice())?;
        files.insert(file.name().to_owned(), file);
    }
    Ok(())
}
