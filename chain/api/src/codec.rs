//! Transactions between their forms, without looking at any state.

use prost::Message;
use stoa_app::tx::{self, schema};

use crate::status::Status;

/// `TxDecodeRequest`, `TxDecodeResponse` and `TxEncodeRequest`: a transaction, as the bytes that it is.
#[derive(Clone, PartialEq, Message)]
struct One {
    #[prost(bytes = "vec", tag = "1")]
    tx: Vec<u8>,
}

/// Answers the methods of the tx service that only translate; nothing for others.
pub(crate) fn answer(path: &str, data: &[u8]) -> Option<Result<Vec<u8>, Status>> {
    Some(match path.strip_prefix("/cosmos.tx.v1beta1.Service/")? {
        "TxDecode" => decode(data),
        "TxEncode" => encode(data),
        _ => return None,
    })
}

/// A `Tx` and a `TxRaw` are the same bytes, so that decoding is checking.
fn decode(data: &[u8]) -> Result<Vec<u8>, Status> {
    let One { tx } = One::decode(data).map_err(Status::invalid)?;
    if tx.is_empty() {
        return Err(Status::invalid("invalid empty tx bytes"));
    }
    tx::decode(&tx).map_err(|error| Status::from(&error))?;
    Ok(One { tx }.encode_to_vec())
}

/// Puts the parts into the order and the form that `TxRaw` has to have (ADR-027).
fn encode(data: &[u8]) -> Result<Vec<u8>, Status> {
    let refused = || Status::invalid("invalid empty tx");
    let One { tx } = One::decode(data).map_err(Status::invalid)?;
    let fields = schema::read(&tx, &schema::TX).ok_or_else(refused)?;
    let is_there = |place: usize| fields.get(place).is_some_and(|(_, values)| !values.is_empty());
    // Body and auth info.
    if !is_there(0) || !is_there(1) {
        return Err(refused());
    }
    let tx = tx::travelling(&tx).ok_or_else(refused)?;
    Ok(One { tx }.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmos_sdk_proto::{
        Any,
        cosmos::{
            bank::v1beta1::MsgSend,
            tx::v1beta1::{AuthInfo, Tx, TxBody, TxEncodeRequest, TxRaw},
        },
    };
    use prost::Name as _;

    const ENCODE: &str = "/cosmos.tx.v1beta1.Service/TxEncode";
    const DECODE: &str = "/cosmos.tx.v1beta1.Service/TxDecode";

    fn tx() -> Tx {
        let message =
            Any { type_url: MsgSend::type_url(), value: MsgSend::default().encode_to_vec() };
        let body = TxBody { messages: vec![message], ..TxBody::default() };
        let signatures = vec![vec![1; 64], Vec::new()];
        Tx { body: Some(body), auth_info: Some(AuthInfo::default()), signatures }
    }

    #[test]
    fn what_is_encoded_is_what_travels_and_is_decoded_again() {
        let tx = tx();
        let request = TxEncodeRequest { tx: Some(tx.clone()) }.encode_to_vec();
        let encoded = answer(ENCODE, &request).unwrap().unwrap();
        let raw = TxRaw {
            body_bytes: tx.body.as_ref().unwrap().encode_to_vec(),
            auth_info_bytes: Vec::new(),
            signatures: tx.signatures.clone(),
        };
        assert_eq!(One::decode(encoded.as_slice()).unwrap().tx, raw.encode_to_vec());
        let decoded = answer(DECODE, &encoded).unwrap().unwrap();
        assert_eq!(decoded, encoded);
    }

    #[test]
    fn nothing_and_nonsense_are_refused() {
        assert!(answer(ENCODE, &[]).unwrap().is_err());
        assert!(answer(DECODE, &[]).unwrap().is_err());
        let nonsense = One { tx: vec![0xff; 9] }.encode_to_vec();
        assert!(answer(DECODE, &nonsense).unwrap().is_err());
        assert!(answer("/cosmos.tx.v1beta1.Service/GetTx", &[]).is_none());
    }
}
