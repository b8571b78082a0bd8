//! Shapes of what the chain tells about its own interface.

use super::{Bool, many, one, shapes};
use super::{I32, Message, Text};

shapes! {
    INTERFACES = "cosmos.base.reflection.v1beta1.ListAllInterfacesResponse": [
        many(1, "interface_names", Text),
    ];
    IMPLEMENTATIONS = "cosmos.base.reflection.v1beta1.ListImplementationsResponse": [
        many(1, "implementation_message_names", Text),
    ];

    AUTHN = "cosmos.base.reflection.v2alpha1.GetAuthnDescriptorResponse": [
        one(1, "authn", Message(&AUTHN_DESCRIPTOR)),
    ];
    AUTHN_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.AuthnDescriptor": [
        many(1, "sign_modes", Message(&SIGN_MODE_DESCRIPTOR)),
    ];
    SIGN_MODE_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.SigningModeDescriptor": [
        one(1, "name", Text),
        one(2, "number", I32),
        one(3, "authn_info_provider_method_fullname", Text),
    ];
    CHAIN = "cosmos.base.reflection.v2alpha1.GetChainDescriptorResponse": [
        one(1, "chain", Message(&CHAIN_DESCRIPTOR)),
    ];
    CHAIN_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.ChainDescriptor": [one(1, "id", Text)];
    CODEC = "cosmos.base.reflection.v2alpha1.GetCodecDescriptorResponse": [
        one(1, "codec", Message(&CODEC_DESCRIPTOR)),
    ];
    CODEC_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.CodecDescriptor": [
        many(1, "interfaces", Message(&INTERFACE_DESCRIPTOR)),
    ];
    INTERFACE_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.InterfaceDescriptor": [
        one(1, "fullname", Text),
        many(2, "interface_accepting_messages", Message(&ACCEPTING_MESSAGE_DESCRIPTOR)),
        many(3, "interface_implementers", Message(&IMPLEMENTER_DESCRIPTOR)),
    ];
    ACCEPTING_MESSAGE_DESCRIPTOR =
        "cosmos.base.reflection.v2alpha1.InterfaceAcceptingMessageDescriptor": [
        one(1, "fullname", Text), many(2, "field_descriptor_names", Text),
    ];
    IMPLEMENTER_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.InterfaceImplementerDescriptor": [
        one(1, "fullname", Text), one(2, "type_url", Text),
    ];
    CONFIGURATION = "cosmos.base.reflection.v2alpha1.GetConfigurationDescriptorResponse": [
        one(1, "config", Message(&CONFIGURATION_DESCRIPTOR)),
    ];
    CONFIGURATION_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.ConfigurationDescriptor": [
        one(1, "bech32_account_address_prefix", Text),
    ];
    QUERY_SERVICES = "cosmos.base.reflection.v2alpha1.GetQueryServicesDescriptorResponse": [
        one(1, "queries", Message(&QUERY_SERVICES_DESCRIPTOR)),
    ];
    QUERY_SERVICES_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.QueryServicesDescriptor": [
        many(1, "query_services", Message(&QUERY_SERVICE_DESCRIPTOR)),
    ];
    QUERY_SERVICE_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.QueryServiceDescriptor": [
        one(1, "fullname", Text),
        one(2, "is_module", Bool),
        many(3, "methods", Message(&QUERY_METHOD_DESCRIPTOR)),
    ];
    QUERY_METHOD_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.QueryMethodDescriptor": [
        one(1, "name", Text), one(2, "full_query_path", Text),
    ];
    TX_DESCRIBED = "cosmos.base.reflection.v2alpha1.GetTxDescriptorResponse": [
        one(1, "tx", Message(&TX_DESCRIPTOR)),
    ];
    TX_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.TxDescriptor": [
        one(1, "fullname", Text), many(2, "msgs", Message(&MSG_DESCRIPTOR)),
    ];
    MSG_DESCRIPTOR = "cosmos.base.reflection.v2alpha1.MsgDescriptor": [
        one(1, "msg_type_url", Text),
    ];
}
