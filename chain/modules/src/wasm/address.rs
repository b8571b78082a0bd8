//! Addresses of contracts (wasmd `x/wasm/keeper/addresses.go`; Cosmos SDK ADR 028).

use sha2::{Digest as _, Sha256};

use crate::auth::{AccAddress, AddressError};

/// What an address that is known before the contract exists is made of.
pub(super) struct Predictable<'a> {
    /// SHA-256 of the Wasm bytes.
    pub(super) checksum: &'a [u8],
    /// Who instantiates.
    pub(super) creator: &'a AccAddress,
    /// Chosen by the creator.
    pub(super) salt: &'a [u8],
    /// The instantiate message, or nothing when it may vary.
    pub(super) message: &'a [u8],
}

/// The address of the `instance`-th contract, made of code `code_id`.
pub(super) fn classic(code_id: u64, instance: u64) -> Result<AccAddress, AddressError> {
    of_module(&[code_id.to_be_bytes(), instance.to_be_bytes()].concat())
}

/// The address that depends on nothing but `parts`.
pub(super) fn predictable(parts: &Predictable<'_>) -> Result<AccAddress, AddressError> {
    let mut key = Vec::new();
    for part in [parts.checksum, parts.creator.as_bytes(), parts.salt, parts.message] {
        // A slice is never longer than 2^63 bytes.
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        key.extend_from_slice(&length.to_be_bytes());
        key.extend_from_slice(part);
    }
    of_module(&key)
}

/// `SHA-256(SHA-256("module") || "wasm" || 0 || key)`.
fn of_module(key: &[u8]) -> Result<AccAddress, AddressError> {
    let hash = Sha256::new()
        .chain_update(Sha256::digest(b"module"))
        .chain_update(b"wasm\0")
        .chain_update(key)
        .finalize();
    AccAddress::new(hash.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bech32::{Bech32, Hrp};

    /// Vectors of wasmd `keeper/addresses_test.go`, which writes them with the prefix `purple`.
    fn as_purple(address: &AccAddress) -> String {
        bech32::encode::<Bech32>(Hrp::parse("purple").unwrap(), address.as_bytes()).unwrap()
    }

    #[test]
    fn classic_addresses_equal_the_vectors_of_wasmd() {
        for (code_id, instance, expected) in [
            (0, 0, "purple1w0w8sasnut0jx0vvsnvlc8nayq0q2ej8xgrpwgel05tn6wy4r57qfplul7"),
            (0, 1, "purple156r47kpk4va938pmtpuee4fh77847gqcw2dmpl2nnpwztwfgz04s5cr8hj"),
            (1, 0, "purple1mzdhwvvh22wrt07w59wxyd58822qavwkx5lcej7aqfkpqqlhaqfs5efvjk"),
            (1, 1, "purple14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9smc2vxm"),
        ] {
            assert_eq!(as_purple(&classic(code_id, instance).unwrap()), expected);
        }
    }

    #[test]
    fn predictable_addresses_equal_the_vectors_of_cosmjs() {
        let checksum =
            hex::decode("13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5")
                .unwrap();
        let creator =
            AccAddress::new(hex::decode("9999999999aaaaaaaaaabbbbbbbbbbcccccccccc").unwrap())
                .unwrap();
        let long = concat!(
            "aabbccddeeffffeeddbbccddaa66551155aaaabbcc787878789900aabbccddee",
            "ffffeeddbbccddaa66551155aaaabbcc787878789900aabbbbcc221100acadae"
        );
        let nested = r#"{"some":123,"structure":{"nested":["ok",true]}}"#;
        for (salt, message, expected) in [
            ("61", "", "purple1t6r960j945lfv8mhl4mage2rg97w63xeynwrupum2s2l7em4lprs9ce5hk"),
            ("61", "{}", "purple1px25n9sgj3a99q0zcl4awx7my6s6mxqegmdd2lmvf5lwxh080q6suttktr"),
            ("61", nested, "purple1svexu428ywc4htrxfn4tezjcsl38qqata8aany4033auafr529ns4v254c"),
            (long, "", "purple1jwzvvfyvpwchrccxl476pxf7c83qawsqv3f2820q0zyrav6eg4jqdcq7gc"),
            (long, "{}", "purple1n2x4lx8mrp5z2sq6ycsxzk885ysnxydfk658j3zxnyfk2kh49lasesxf6j"),
            (long, nested, "purple1jvhs00zn7lgtpdpukkj54slzgkeqte4wda7pmxgac6h55tle4svq8cmp60"),
        ] {
            let salt = hex::decode(salt).unwrap();
            let parts = Predictable {
                checksum: &checksum,
                creator: &creator,
                salt: &salt,
                message: message.as_bytes(),
            };
            assert_eq!(as_purple(&predictable(&parts).unwrap()), expected);
        }
    }
}
