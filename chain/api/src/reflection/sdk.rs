//! The SDK's own reflection services.

use cosmos_sdk_proto::cosmos::{
    base::reflection::{
        v1beta1::{
            ListAllInterfacesResponse, ListImplementationsRequest, ListImplementationsResponse,
        },
        v2alpha1::{
            AuthnDescriptor, CodecDescriptor, ConfigurationDescriptor, GetAuthnDescriptorResponse,
            GetCodecDescriptorResponse, GetConfigurationDescriptorResponse,
            GetQueryServicesDescriptorResponse, GetTxDescriptorResponse, InterfaceDescriptor,
            InterfaceImplementerDescriptor, MsgDescriptor, QueryMethodDescriptor,
            QueryServiceDescriptor, QueryServicesDescriptor, SigningModeDescriptor, TxDescriptor,
        },
    },
    tx::signing::v1beta1::SignMode,
};
use prost::Message as _;
use stoa_app::tx::schema;
use stoa_modules::auth::BECH32_PREFIX;

use super::interfaces::{MSG, implementations, names, type_url};
use crate::{routes, status::Status};

/// Modes in which signatures are accepted.
const SIGN_MODES: [SignMode; 2] = [SignMode::Direct, SignMode::LegacyAminoJson];

/// Answers the paths of these services; nothing for others.
pub(super) fn answer(path: &str, data: &[u8]) -> Option<Result<Vec<u8>, Status>> {
    if let Some(method) = path.strip_prefix("/cosmos.base.reflection.v1beta1.ReflectionService/") {
        return match method {
            "ListAllInterfaces" => Some(Ok(all_interfaces())),
            "ListImplementations" => Some(list_implementations(data)),
            _ => None,
        };
    }
    let method = path.strip_prefix("/cosmos.base.reflection.v2alpha1.ReflectionService/")?;
    Some(Ok(match method {
        "GetAuthnDescriptor" => authn(),
        "GetCodecDescriptor" => codec(),
        "GetConfigurationDescriptor" => configuration(),
        "GetQueryServicesDescriptor" => query_services(),
        "GetTxDescriptor" => tx(),
        _ => return None,
    }))
}

fn all_interfaces() -> Vec<u8> {
    let interface_names = names().map(str::to_owned).collect();
    ListAllInterfacesResponse { interface_names }.encode_to_vec()
}

fn list_implementations(data: &[u8]) -> Result<Vec<u8>, Status> {
    let request = ListImplementationsRequest::decode(data).map_err(Status::invalid)?;
    if request.interface_name.is_empty() {
        return Err(Status::invalid("invalid interface name"));
    }
    let names = implementations(&request.interface_name).unwrap_or_default();
    let implementation_message_names = names.into_iter().map(type_url).collect();
    Ok(ListImplementationsResponse { implementation_message_names }.encode_to_vec())
}

fn authn() -> Vec<u8> {
    let mode = |mode: SignMode| SigningModeDescriptor {
        name: mode.as_str_name().to_owned(),
        number: mode.into(),
        authn_info_provider_method_fullname: String::new(),
    };
    let authn = AuthnDescriptor { sign_modes: SIGN_MODES.into_iter().map(mode).collect() };
    GetAuthnDescriptorResponse { authn: Some(authn) }.encode_to_vec()
}

fn codec() -> Vec<u8> {
    let implementer = |name: &str| InterfaceImplementerDescriptor {
        fullname: name.to_owned(),
        type_url: type_url(name),
    };
    let interface = |name: &str| InterfaceDescriptor {
        fullname: name.to_owned(),
        interface_accepting_messages: Vec::new(),
        interface_implementers: implementations(name)
            .unwrap_or_default()
            .into_iter()
            .map(implementer)
            .collect(),
    };
    let codec = CodecDescriptor { interfaces: names().map(interface).collect() };
    GetCodecDescriptorResponse { codec: Some(codec) }.encode_to_vec()
}

fn configuration() -> Vec<u8> {
    let bech32_account_address_prefix = BECH32_PREFIX.to_owned();
    let config = ConfigurationDescriptor { bech32_account_address_prefix };
    GetConfigurationDescriptorResponse { config: Some(config) }.encode_to_vec()
}

fn query_services() -> Vec<u8> {
    let mut query_services: Vec<QueryServiceDescriptor> = Vec::new();
    for route in routes::all() {
        let method = QueryMethodDescriptor {
            name: route.rpc.to_owned(),
            full_query_path: route.grpc.to_owned(),
        };
        match query_services.iter_mut().find(|service| service.fullname == route.service) {
            Some(service) => service.methods.push(method),
            None => query_services.push(QueryServiceDescriptor {
                fullname: route.service.to_owned(),
                is_module: false,
                methods: vec![method],
            }),
        }
    }
    let queries = QueryServicesDescriptor { query_services };
    GetQueryServicesDescriptorResponse { queries: Some(queries) }.encode_to_vec()
}

fn tx() -> Vec<u8> {
    let message = |name| MsgDescriptor { msg_type_url: type_url(name) };
    let tx = TxDescriptor {
        fullname: schema::TX.name.to_owned(),
        msgs: implementations(MSG).unwrap_or_default().into_iter().map(message).collect(),
    };
    GetTxDescriptorResponse { tx: Some(tx) }.encode_to_vec()
}
