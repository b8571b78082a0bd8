//! Keys of the module's store. All but the last are wasmd's (`x/wasm/types/keys.go`), so that Merkle
//! proofs of contract state have the paths that other chains expect.

use stoa_proto::cosmwasm::wasm::v1::AbsoluteTxPosition;
use stoa_store::StoreName;

use crate::auth::AccAddress;

/// The module's sub-store.
pub const STORE: StoreName = StoreName("wasm");

/// Number of the code stored next.
pub(super) const NEXT_CODE_ID: &[u8] = b"\x04lastCodeId";
/// Number of the contract made next, over all codes.
pub(super) const NEXT_CONTRACT_ID: &[u8] = b"\x04lastContractId";
/// Parameters.
pub(super) const PARAMS: &[u8] = &[0x10];

/// Height and number of the last transaction that was counted.
pub(super) const TX_COUNTER: &[u8] = &[0x08];

/// Codes by number.
pub(super) const CODES: &[u8] = &[0x01];
/// Contracts by address.
pub(super) const CONTRACTS: &[u8] = &[0x02];
/// Pinned codes by number.
pub(super) const PINNED: &[u8] = &[0x07];

/// Length of a position in a block in bytes.
pub(super) const POSITION_BYTES: usize = 16;

/// Description of a code.
pub(super) fn code(code_id: u64) -> Vec<u8> {
    join(&[CODES, &code_id.to_be_bytes()])
}

/// Description of a contract.
pub(super) fn contract(address: &AccAddress) -> Vec<u8> {
    join(&[CONTRACTS, address.as_bytes()])
}

/// Prefix of a contract's own keys.
pub(super) fn contract_state(address: &AccAddress) -> Vec<u8> {
    join(&[&[0x03], address.as_bytes()])
}

/// Prefix of a contract's history.
pub(super) fn history(address: &AccAddress) -> Vec<u8> {
    join(&[&[0x05], address.as_bytes()])
}

/// One entry of a contract's history, counted from 1.
pub(super) fn history_entry(address: &AccAddress, position: u64) -> Vec<u8> {
    join(&[&history(address), &position.to_be_bytes()])
}

/// Prefix of the contracts that run a code.
pub(super) fn contracts_by_code(code_id: u64) -> Vec<u8> {
    join(&[&[0x06], &code_id.to_be_bytes()])
}

/// A contract that runs a code since a position.
pub(super) fn contract_by_code(
    code_id: u64,
    since: &AbsoluteTxPosition,
    address: &AccAddress,
) -> Vec<u8> {
    join(&[&contracts_by_code(code_id), &position(since), address.as_bytes()])
}

/// Mark of a pinned code.
pub(super) fn pinned(code_id: u64) -> Vec<u8> {
    join(&[PINNED, &code_id.to_be_bytes()])
}

/// Prefix of the contracts that an account made.
pub(super) fn contracts_by_creator(creator: &AccAddress) -> Vec<u8> {
    // An address has at most 255 bytes: its length is one byte.
    let length = u8::try_from(creator.as_bytes().len()).unwrap_or(u8::MAX);
    join(&[&[0x09, length], creator.as_bytes()])
}

/// A contract that an account made at a position.
pub(super) fn contract_by_creator(
    creator: &AccAddress,
    at: &AbsoluteTxPosition,
    address: &AccAddress,
) -> Vec<u8> {
    join(&[&contracts_by_creator(creator), &position(at), address.as_bytes()])
}

/// Wasm bytes by SHA-256. Not in wasmd, which keeps them in files beside the state: here a lost file
/// cannot exist.
pub(super) fn byte_code(checksum: &[u8]) -> Vec<u8> {
    join(&[&[0xf0], checksum])
}

fn position(position: &AbsoluteTxPosition) -> [u8; POSITION_BYTES] {
    let mut bytes = [0; POSITION_BYTES];
    let (height, index) = bytes.split_at_mut(8);
    height.copy_from_slice(&position.block_height.to_be_bytes());
    index.copy_from_slice(&position.tx_index.to_be_bytes());
    bytes
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_wasmd() {
        let address = AccAddress::new(vec![0xaa; 2]).unwrap();
        let at = AbsoluteTxPosition { block_height: 258, tx_index: 3 };
        let cases: [(Vec<u8>, &str); 8] = [
            (code(1), "010000000000000001"),
            (contract(&address), "02aaaa"),
            (contract_state(&address), "03aaaa"),
            (NEXT_CODE_ID.to_vec(), "046c617374436f64654964"),
            (history_entry(&address, 1), "05aaaa0000000000000001"),
            (
                contract_by_code(2, &at, &address),
                "06000000000000000200000000000001020000000000000003aaaa",
            ),
            (pinned(9), "070000000000000009"),
            (
                contract_by_creator(&address, &at, &address),
                "0902aaaa00000000000001020000000000000003aaaa",
            ),
        ];
        for (key, expected) in cases {
            assert_eq!(hex::encode(key), expected);
        }
    }
}
