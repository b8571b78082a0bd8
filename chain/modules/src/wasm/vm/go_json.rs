//! JSON as wasmvm writes it for contracts.
//!
//! A contract pays for every byte that it parses, so its gas depends on how the host spells what means the
//! same: Go writes `<`, `>`, `&` and two line separators as escapes, and leaves empty fields out
//! (`types/submessages.go`).

use std::io;

use cosmwasm_std::{Binary, Event, MsgResponse, Reply, SubMsgResult};
use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

/// The bytes of a reply.
pub(in crate::wasm) fn reply(reply: &Reply) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Escaping);
    spelled(reply).serialize(&mut serializer)?;
    Ok(bytes)
}

#[derive(Serialize)]
struct Spelled<'a> {
    gas_used: u64,
    id: u64,
    result: SpelledResult<'a>,
    #[serde(skip_serializing_if = "is_empty")]
    payload: &'a Binary,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum SpelledResult<'a> {
    Ok {
        events: &'a [Event],
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<&'a Binary>,
        msg_responses: &'a [MsgResponse],
    },
    Error(&'a str),
}

fn spelled(reply: &Reply) -> Spelled<'_> {
    let result = match &reply.result {
        #[allow(deprecated)] // contracts of CosmWasm 1 read `data`
        SubMsgResult::Ok(response) => SpelledResult::Ok {
            events: &response.events,
            data: response.data.as_ref(),
            msg_responses: &response.msg_responses,
        },
        SubMsgResult::Err(text) => SpelledResult::Error(text),
    };
    Spelled { gas_used: reply.gas_used, id: reply.id, result, payload: &reply.payload }
}

fn is_empty(binary: &Binary) -> bool {
    binary.as_slice().is_empty()
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            match character {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    write!(writer, "\\u{:04x}", u32::from(character))?;
                }
                _ => writer.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{SubMsgResponse, from_json};

    use super::*;

    #[test]
    fn a_reply_is_spelled_as_go_does_and_means_the_same() {
        #[allow(deprecated)]
        let response = SubMsgResponse {
            events: vec![Event::new("e").add_attribute("k", "<a> & \u{2028}\n")],
            data: None,
            msg_responses: Vec::new(),
        };
        let written = Reply {
            id: 7,
            payload: Binary::default(),
            gas_used: 0,
            result: SubMsgResult::Ok(response),
        };
        let text = String::from_utf8(reply(&written).unwrap()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"gas_used":0,"id":7,"result":{"ok":{"events":[{"type":"e","attributes":"#,
                r#"[{"key":"k","value":"\u003ca\u003e \u0026 \u2028\n"}]}],"msg_responses":[]}}}"#
            )
        );
        assert_eq!(from_json::<Reply>(&text).unwrap(), written);
    }

    #[test]
    fn errors_data_and_payloads_are_written_where_there_are_some() {
        let written = Reply {
            id: 1,
            payload: Binary::from(b"p"),
            gas_used: 0,
            result: SubMsgResult::Err("no".to_owned()),
        };
        let text = String::from_utf8(reply(&written).unwrap()).unwrap();
        assert_eq!(text, r#"{"gas_used":0,"id":1,"result":{"error":"no"},"payload":"cA=="}"#);
    }
}
