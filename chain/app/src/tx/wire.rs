//! Protobuf fields one by one.

/// Longest varint on the wire.
const MAX_VARINT_BYTES: usize = 10;
/// Wire type of numbers.
pub const VARINT: u8 = 0;
/// Wire type of eight bytes.
pub const FIXED_64: u8 = 1;
/// Wire type of texts, bytes, messages and packed lists.
pub const LENGTH: u8 = 2;
/// Wire type of four bytes.
pub const FIXED_32: u8 = 5;

/// One field on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireField<'a> {
    /// Number of the field.
    pub number: u32,
    /// Wire type.
    pub wire_type: u8,
    /// Value of a varint; zero for others.
    pub value: u64,
    /// Content of a field with a length or of fixed size; empty for varints.
    pub content: &'a [u8],
    /// Whether key, length and value use the shortest varints.
    pub is_shortest: bool,
}

/// Takes the next field off `bytes`; nothing if they do not begin with one.
pub fn next<'a>(bytes: &mut &'a [u8]) -> Option<WireField<'a>> {
    let (key, key_is_shortest) = varint(bytes)?;
    let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
    let wire_type = u8::try_from(key & 7).ok()?;
    let (value, content, is_shortest): (u64, &[u8], bool) = match wire_type {
        VARINT => varint(bytes).map(|(value, is_shortest)| (value, &[][..], is_shortest))?,
        FIXED_64 => (0, take(bytes, 8)?, true),
        FIXED_32 => (0, take(bytes, 4)?, true),
        LENGTH => {
            let (length, is_shortest) = varint(bytes)?;
            (0, take(bytes, usize::try_from(length).ok()?)?, is_shortest)
        }
        // Groups have been out of protobuf since before the Cosmos SDK existed.
        _ => return None,
    };
    let is_shortest = key_is_shortest && is_shortest;
    Some(WireField { number, wire_type, value, content, is_shortest })
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (content, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(content)
}

/// Takes a varint off `bytes`, and says whether no shorter one has its value.
pub fn varint(bytes: &mut &[u8]) -> Option<(u64, bool)> {
    let mut value = 0u64;
    for index in 0..MAX_VARINT_BYTES {
        let byte = *bytes.get(index)?;
        // The tenth byte has room for one bit.
        if index == MAX_VARINT_BYTES - 1 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *bytes = bytes.get(index + 1..)?;
            return Some((value, index == 0 || byte != 0));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_varints_are_noticed() {
        assert_eq!(varint(&mut &[0x80, 0x00][..]), Some((0, false)));
        assert_eq!(varint(&mut &[0x80, 0x01][..]), Some((128, true)));
        assert_eq!(varint(&mut &[0xff; 10][..]), None);
        assert_eq!(varint(&mut &[0x80][..]), None);
    }
}
