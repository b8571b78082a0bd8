//! `MsgMultiSend`: one sender, several recipients.

use super::{BankError, Coins, create_if_new, event, params, parse_address, receive, spend};
use crate::{
    auth::{self, AccAddress},
    core::{Context, ModuleError},
    router::{MessageResponse, read_message},
};
use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::{MsgMultiSend, MsgMultiSendResponse},
        base::v1beta1::Coin as ProtoCoin,
    },
};

/// Every sender once; execution refuses more than one.
pub(super) fn signers(message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
    let mut signers = Vec::new();
    for input in read_message::<MsgMultiSend>(message)?.inputs {
        let signer = parse_address("input", &input.address)?;
        if !signers.contains(&signer) {
            signers.push(signer);
        }
    }
    Ok(signers)
}

/// Someone and an amount, checked.
struct Share {
    address: AccAddress,
    amount: Coins,
}

impl Share {
    fn check(field: &'static str, text: &str, coins: &[ProtoCoin]) -> Result<Self, ModuleError> {
        let (address, amount) = (parse_address(field, text)?, Coins::from_proto(coins)?);
        if amount.is_empty() {
            return Err(BankError::InvalidCoins { coins: String::new() }.into());
        }
        Ok(Self { address, amount })
    }
}

pub(super) fn execute(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgMultiSend = read_message(message)?;
    let input = match message.inputs.as_slice() {
        [] => return Err(BankError::NoInputs.into()),
        [input] => Share::check("input", &input.address, &input.coins)?,
        _ => return Err(BankError::SeveralSenders.into()),
    };
    if message.outputs.is_empty() {
        return Err(BankError::NoOutputs.into());
    }
    let outputs = message.outputs.iter();
    let outputs = outputs.map(|output| Share::check("output", &output.address, &output.coins));
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    check_sum(&input.amount, &outputs)?;
    params::check_enabled(ctx, &input.amount)?;
    for output in &outputs {
        if auth::is_module_address(&output.address) {
            return Err(BankError::BlockedRecipient { address: output.address.clone() }.into());
        }
    }
    distribute(ctx, &input, &outputs)?;
    Ok(MessageResponse::new(&MsgMultiSendResponse {}))
}

/// What is sent must be what is received.
fn check_sum(sent: &Coins, outputs: &[Share]) -> Result<(), BankError> {
    let mut received = Coins::default();
    for coin in outputs.iter().flat_map(|output| &output.amount) {
        received = received.checked_add(coin)?;
    }
    if received == *sent { Ok(()) } else { Err(BankError::SumMismatch) }
}

fn distribute(ctx: &mut Context, input: &Share, outputs: &[Share]) -> Result<(), ModuleError> {
    ctx.emit(event::message(&input.address));
    for output in outputs {
        create_if_new(ctx, &output.address)?;
    }
    spend(ctx, &input.address, &input.amount)?;
    for Share { address, amount } in outputs {
        receive(ctx, address, amount)?;
        ctx.emit(event::transfer(&input.address, address, amount));
    }
    Ok(())
}
