//! A `Tx`, as people and JSON have it, as the bytes that it travels as.

use prost::encoding::bytes;

use super::schema::{self, Value};

/// The parts of a `Tx` in the order and the form that a `TxRaw` has to have (ADR-027), each with the bytes that
/// it has; nothing if they are no `Tx`.
pub fn travelling(tx: &[u8]) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    for (field, values) in schema::read(tx, &schema::TX)? {
        for value in values {
            let Value::Content(content) = value else { continue };
            if field.is_repeated || !content.is_empty() {
                bytes::encode(field.number, &content.to_vec(), &mut raw);
            }
        }
    }
    Some(raw)
}

#[cfg(test)]
mod tests {
    use super::travelling;

    #[test]
    fn parts_are_put_in_order_and_kept_as_they_are() {
        // Signature, auth info with an unknown field, body with fields in another order.
        let shuffled = [0x1a, 1, 9, 0x12, 2, 0x78, 1, 0x0a, 4, 0x18, 5, 0x12, 0];
        let expected = [0x0a, 4, 0x18, 5, 0x12, 0, 0x12, 2, 0x78, 1, 0x1a, 1, 9];
        assert_eq!(travelling(&shuffled).unwrap(), expected);
        assert_eq!(
            travelling(&[0x1a, 0, 0x12, 0]).unwrap(),
            [0x1a, 0],
            "empty parts have no place"
        );
        assert_eq!(travelling(&[0x0a, 4]), None);
    }
}
