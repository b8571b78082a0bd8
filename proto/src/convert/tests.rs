use proptest::prelude::*;
use prost::Message;

use super::*;

prop_compose! {
    fn receipts()(
        chain_id in "[a-z0-9-]{1,50}",
        marketplace in "[a-z0-9]{1,128}",
        job_id in 1u64..,
        model_root: [u8; 32],
        semantics_version: u32,
        input_hash: [u8; 32],
        output_hash: [u8; 32],
        signature in proptest::collection::vec(any::<u8>(), 64),
    ) -> Receipt {
        Receipt {
            statement: Statement {
                chain_id,
                marketplace,
                job_id,
                model_root: ContentHash::new(model_root),
                semantics_version,
                input_hash: ContentHash::new(input_hash),
                output_hash: ContentHash::new(output_hash),
            },
            signature: signature.into(),
        }
    }
}

proptest! {
    #[test]
    fn a_receipt_round_trips_through_the_wire(receipt in receipts()) {
        let bytes = v1::Receipt::from(receipt.clone()).encode_to_vec();
        let decoded = v1::Receipt::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(Receipt::try_from(decoded).unwrap(), receipt);
    }

    #[test]
    fn a_job_key_round_trips(chain_id in ".{1,12}", marketplace in ".{1,32}", job_id in 1u64..) {
        let key = JobKey { chain_id, marketplace, job_id };
        prop_assert_eq!(JobKey::try_from(v1::JobKey::from(key.clone())).unwrap(), key);
    }

    #[test]
    fn a_hash_of_another_length_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(content_hash("input_hash", &bytes).is_ok(), bytes.len() == HASH_BYTES);
    }
}

#[test]
fn an_empty_message_names_the_missing_field() {
    let refused = Receipt::try_from(v1::Receipt::default()).unwrap_err();
    assert_eq!(refused, ConversionError::Missing { field: "job" });
}

#[test]
fn job_zero_and_long_or_empty_names_are_refused() {
    let good =
        v1::JobKey { chain_id: "stoa-1".to_owned(), marketplace: "stoa1m".to_owned(), job_id: 1 };
    assert!(JobKey::try_from(good.clone()).is_ok());
    let zero = v1::JobKey { job_id: 0, ..good.clone() };
    assert_eq!(JobKey::try_from(zero), Err(ConversionError::JobIdZero));
    let unnamed = v1::JobKey { chain_id: String::new(), ..good.clone() };
    assert!(matches!(JobKey::try_from(unnamed), Err(ConversionError::Length { .. })));
    let long = v1::JobKey { marketplace: "m".repeat(MAX_MARKETPLACE_BYTES + 1), ..good };
    assert!(matches!(JobKey::try_from(long), Err(ConversionError::Length { .. })));
}
