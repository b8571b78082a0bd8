//! REST parameters to protobuf requests.

use std::collections::BTreeMap;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageRequest;
use prost::{Message as _, encoding};

use crate::status::Status;

/// One field of a request that REST fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    /// Number of the field in the request.
    pub(crate) number: u32,
    /// Name in the path, in the query string, or in the JSON body.
    pub(crate) name: &'static str,
    /// How the text is read.
    pub(crate) kind: ParamKind,
}

/// Between the values of a name that occurs several times: no value holds it unescaped twice.
pub(crate) const REPEATED: char = '\u{1f}';

/// How the text of a parameter is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    /// As it is.
    Text,
    /// As a list, one text each time the name occurs.
    Texts,
    /// As a number.
    Number,
    /// As base64, either alphabet, padded or not.
    Base64,
    /// As one of the names, which count from zero.
    Name(&'static [&'static str]),
    /// `pagination.key`, `.offset`, `.limit`, `.count_total`, `.reverse`.
    Page,
}

/// Parameters by name: of the path, of the query string and of the body.
pub(crate) type Values = BTreeMap<String, String>;

/// Encodes the request; parameters that are absent keep their defaults.
pub(crate) fn encode(params: &[Param], values: &Values) -> Result<Vec<u8>, Status> {
    let mut bytes = Vec::new();
    for param in params {
        if param.kind == ParamKind::Page {
            if let Some(page) = page(values)? {
                encoding::message::encode(param.number, &page, &mut bytes);
            }
            continue;
        }
        let Some(text) = values.get(param.name).filter(|text| !text.is_empty()) else { continue };
        match param.kind {
            ParamKind::Text => encoding::string::encode(param.number, text, &mut bytes),
            ParamKind::Texts => {
                let texts: Vec<String> = text.split(REPEATED).map(str::to_owned).collect();
                encoding::string::encode_repeated(param.number, &texts, &mut bytes);
            }
            ParamKind::Base64 => {
                encoding::bytes::encode(param.number, &base64(param.name, text)?, &mut bytes);
            }
            ParamKind::Number => {
                encoding::uint64::encode(param.number, &number(param.name, text)?, &mut bytes);
            }
            ParamKind::Name(names) => {
                let place = names.iter().position(|name| name == text);
                let place = place.and_then(|place| u64::try_from(place).ok());
                let value = place.or_else(|| text.parse().ok());
                let value = value.ok_or_else(|| mismatch(param.name, text))?;
                encoding::uint64::encode(param.number, &value, &mut bytes);
            }
            ParamKind::Page => {}
        }
    }
    Ok(bytes)
}

fn page(values: &Values) -> Result<Option<PageRequest>, Status> {
    let get = |name: &str| values.get(name).filter(|text| !text.is_empty());
    let parse = |name: &str| get(name).map_or(Ok(0), |text| number(name, text));
    let is_set = |name: &str| get(name).is_some_and(|text| text == "true");
    let key = get("pagination.key").map(|text| base64("pagination.key", text)).transpose()?;
    let page = PageRequest {
        key: key.unwrap_or_default(),
        offset: parse("pagination.offset")?,
        limit: parse("pagination.limit")?,
        count_total: is_set("pagination.count_total"),
        reverse: is_set("pagination.reverse"),
    };
    Ok((page.encoded_len() > 0).then_some(page))
}

fn number(name: &str, text: &str) -> Result<u64, Status> {
    text.parse().map_err(|_| mismatch(name, text))
}

fn base64(name: &str, text: &str) -> Result<Vec<u8>, Status> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = text.replace('-', "+").replace('_', "/");
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    engine.decode(standard).map_err(|_| mismatch(name, text))
}

fn mismatch(name: &str, text: &str) -> Status {
    let shown: String = text.chars().take(100).collect();
    Status::invalid(format!("type mismatch, parameter: {name}, error: invalid value {shown:?}"))
}

/// Decodes `%xx` (and `+` in query strings). Anything that is no valid text is refused.
pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> Result<String, Status> {
    let broken = || Status::invalid("malformed percent encoding");
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' if plus_is_space => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| {
                    byte.and_then(|byte| char::from(byte).to_digit(16)).ok_or_else(broken)
                };
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).map_err(|_| broken())?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmos_sdk_proto::{
        cosmos::bank::v1beta1::{QueryAllBalancesRequest, QuerySendEnabledRequest},
        cosmwasm::wasm::v1::QuerySmartContractStateRequest,
    };

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn pages_are_encoded_where_asked_for() {
        let params = [
            Param { number: 1, name: "address", kind: ParamKind::Text },
            Param { number: 2, name: "", kind: ParamKind::Page },
        ];
        let bytes = encode(
            &params,
            &values(&[("address", "a"), ("pagination.limit", "5"), ("pagination.key", "AQI=")]),
        )
        .unwrap();
        let request = QueryAllBalancesRequest::decode(bytes.as_slice()).unwrap();
        let page = request.pagination.unwrap();
        assert_eq!((page.limit, page.key), (5, vec![1, 2]));
        let bytes = encode(&params, &values(&[("address", "a")])).unwrap();
        assert!(QueryAllBalancesRequest::decode(bytes.as_slice()).unwrap().pagination.is_none());
    }

    #[test]
    fn a_name_that_occurs_several_times_is_a_list() {
        let params = [Param { number: 1, name: "denoms", kind: ParamKind::Texts }];
        let both = format!("abc{REPEATED}def");
        let bytes = encode(&params, &values(&[("denoms", &both)])).unwrap();
        let request = QuerySendEnabledRequest::decode(bytes.as_slice()).unwrap();
        assert_eq!(request.denoms, ["abc", "def"]);
    }

    #[test]
    fn base64_of_either_alphabet_is_read_and_nonsense_is_refused() {
        let params = [Param { number: 2, name: "query", kind: ParamKind::Base64 }];
        for text in ["+/8=", "-_8=", "-_8"] {
            let bytes = encode(&params, &values(&[("query", text)])).unwrap();
            let request = QuerySmartContractStateRequest::decode(bytes.as_slice()).unwrap();
            assert_eq!(request.query_data, [0xfb, 0xff]);
        }
        let refused = encode(&params, &values(&[("query", "test!")])).unwrap_err();
        assert_eq!(refused.code, tonic::Code::InvalidArgument);
    }

    #[test]
    fn percent_encoding_is_decoded_or_refused() {
        assert_eq!(percent_decode("a%2Fb+c", false).unwrap(), "a/b+c");
        assert_eq!(percent_decode("a+b", true).unwrap(), "a b");
        for refused in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert!(percent_decode(refused, false).is_err(), "{refused}");
        }
    }
}
