//! Bytes to transaction.

use cosmos_sdk_proto::cosmos::tx::v1beta1::{AuthInfo, TxBody, TxRaw};
use prost::Message;
use stoa_modules::{ModuleError, Time};

use super::{
    NewerFields, Tx, TxError, schema,
    schema::Value,
    strict::{self, NonCritical},
    wire,
};

/// Numbers of fields of the body.
const UNORDERED: u32 = 4;
const TIMEOUT_TIMESTAMP: u32 = 5;

/// Reads a transaction; refuses unknown fields and second encodings. The caller bounds the length.
pub fn decode(bytes: &[u8]) -> Result<Tx, ModuleError> {
    Ok(read(bytes)?)
}

fn read(bytes: &[u8]) -> Result<Tx, TxError> {
    check_raw(bytes)?;
    let raw: TxRaw = parse(bytes, schema::TX_RAW.name)?;
    strict::check(&raw.body_bytes, &schema::TX_BODY, NonCritical::Allowed)?;
    strict::check(&raw.auth_info_bytes, &schema::AUTH_INFO, NonCritical::Refused)?;
    let body: TxBody = parse(&raw.body_bytes, schema::TX_BODY.name)?;
    let mut auth_info: AuthInfo = parse(&raw.auth_info_bytes, schema::AUTH_INFO.name)?;
    if body.messages.is_empty() {
        return Err(TxError::NoMessages);
    }
    let newer = newer_fields(&raw.body_bytes)
        .ok_or(TxError::Malformed { message: schema::TX_BODY.name })?;
    let fee = auth_info.fee.take().unwrap_or_default();
    Ok(Tx {
        size_bytes: bytes.len(),
        body_bytes: raw.body_bytes,
        auth_info_bytes: raw.auth_info_bytes,
        signatures: raw.signatures,
        body,
        newer,
        signer_infos: auth_info.signer_infos,
        fee,
    })
}

/// From a body that was checked. Nothing if the time is none that the SDK can write: it has years from 1 to 9999.
fn newer_fields(mut body: &[u8]) -> Option<NewerFields> {
    let mut newer = NewerFields::default();
    while !body.is_empty() {
        let found = wire::next(&mut body)?;
        match found.number {
            UNORDERED => newer.is_unordered = found.value != 0,
            TIMEOUT_TIMESTAMP => newer.timeout = Some(timestamp(found.content)?),
            _ => {}
        }
    }
    Some(newer)
}

fn timestamp(bytes: &[u8]) -> Option<Time> {
    let fields = schema::read(bytes, &schema::SECONDS_AND_NANOS)?;
    let number = |place: usize| match fields.get(place).and_then(|(_, values)| values.last()) {
        Some(Value::Number(number)) => i64::from_le_bytes(number.to_le_bytes()),
        _ => 0,
    };
    Time::from_unix_timestamp(number(0), u32::try_from(number(1)).ok()?).ok()
}

/// The outermost layer is covered by no signature, so it must have exactly one encoding (ADR-027):
/// fields in order, body and auth info once at most, shortest varints, no other fields.
fn check_raw(bytes: &[u8]) -> Result<(), TxError> {
    let (message, mut rest, mut last) = (schema::TX_RAW.name, bytes, 0);
    strict::check(bytes, &schema::TX_RAW, NonCritical::Refused)?;
    while !rest.is_empty() {
        let found = wire::next(&mut rest).ok_or(TxError::Malformed { message })?;
        let is_signature = found.number == 3;
        let is_in_order = found.number > last || (is_signature && last == 3);
        let is_needed = is_signature || !found.content.is_empty();
        if !is_in_order || !found.is_shortest || !is_needed {
            return Err(TxError::NotCanonical { message });
        }
        last = found.number;
    }
    Ok(())
}

fn parse<M: Message + Default>(bytes: &[u8], message: &'static str) -> Result<M, TxError> {
    M::decode(bytes).map_err(|_| TxError::Malformed { message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmos_sdk_proto::{Any, cosmos::bank::v1beta1::MsgSend};
    use proptest::prelude::*;
    use prost::Name as _;

    fn raw() -> TxRaw {
        let send = MsgSend { from_address: "a".to_owned(), ..MsgSend::default() };
        let message = Any { type_url: MsgSend::type_url(), value: send.encode_to_vec() };
        let body = TxBody { messages: vec![message], ..TxBody::default() };
        TxRaw {
            body_bytes: body.encode_to_vec(),
            auth_info_bytes: AuthInfo { fee: Some(Default::default()), ..AuthInfo::default() }
                .encode_to_vec(),
            signatures: vec![vec![1; 64], Vec::new()],
        }
    }

    fn code(bytes: &[u8]) -> u32 {
        decode(bytes).unwrap_err().code()
    }

    #[test]
    fn a_plain_transaction_is_read() {
        let bytes = raw().encode_to_vec();
        let tx = decode(&bytes).unwrap();
        assert_eq!(tx.size_bytes(), bytes.len());
        assert_eq!((tx.messages().len(), tx.signatures().len(), tx.gas_limit()), (1, 2, 0));
    }

    #[test]
    fn trailing_fields_second_encodings_and_missing_messages_are_refused() {
        let bytes = raw().encode_to_vec();
        assert_eq!(code(&[bytes.as_slice(), &[0x22, 0]].concat()), 2, "unknown field");
        assert_eq!(code(&[bytes.as_slice(), &[0x0a, 0]].concat()), 2, "body again");
        assert_eq!(code(&[&[0x12, 0], bytes.as_slice()].concat()), 2, "out of order");
        assert_eq!(code(&[bytes.as_slice(), &[0x1a, 0x80, 0]].concat()), 2, "long varint");
        assert_eq!(code(b""), 18, "no messages");
        assert_eq!(code(b"\xff\xff"), 2);
    }

    #[test]
    fn fields_that_this_version_does_not_know_are_refused_at_any_depth() {
        let mut in_body = raw();
        in_body.body_bytes.extend([0x30, 1]);
        assert_eq!(
            decode(&in_body.encode_to_vec()).unwrap_err().to_string(),
            "errUnknownField \"/cosmos.tx.v1beta1.TxBody\": {TagNum: 6, WireType:0}: tx parse error"
        );
        let mut in_auth = raw();
        in_auth.auth_info_bytes.extend([0x80, 0x40, 1]);
        assert_eq!(code(&in_auth.encode_to_vec()), 2);
        let message = Any { type_url: MsgSend::type_url(), value: vec![0x20, 1] };
        let in_message = TxRaw {
            body_bytes: TxBody { messages: vec![message], ..TxBody::default() }.encode_to_vec(),
            ..raw()
        };
        assert_eq!(code(&in_message.encode_to_vec()), 2);
    }

    #[test]
    fn a_last_time_and_a_missing_order_are_read_and_impossible_times_are_refused() {
        let mut tx = raw();
        tx.body_bytes.extend([0x20, 1, 0x2a, 2, 0x08, 7]);
        let read = decode(&tx.encode_to_vec()).unwrap();
        assert!(read.is_unordered());
        assert_eq!(read.timeout_time(), Time::from_unix_timestamp(7, 0).ok());
        let plain = decode(&raw().encode_to_vec()).unwrap();
        assert_eq!((plain.is_unordered(), plain.timeout_time()), (false, None));
        // A billion nanoseconds, and a time before the year 1.
        let impossible: [&[u8]; 2] = [
            &[0x2a, 6, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03],
            &[0x2a, 11, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ];
        for timeout in impossible {
            let mut tx = raw();
            tx.body_bytes.extend(timeout);
            assert_eq!(code(&tx.encode_to_vec()), 2);
        }
    }

    #[test]
    fn an_off_chain_signing_request_is_no_transaction() {
        let message = Any { type_url: "/sign.MsgSignData".to_owned(), value: Vec::new() };
        let body = TxBody { messages: vec![message], ..TxBody::default() };
        let bytes = TxRaw { body_bytes: body.encode_to_vec(), ..raw() }.encode_to_vec();
        assert_eq!(code(&bytes), 2);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn changed_bytes_never_panic(place: prop::sample::Index, value: u8) {
            let mut bytes = raw().encode_to_vec();
            let place = place.index(bytes.len());
            bytes[place] = value;
            let _ = decode(&bytes);
        }
    }
}
