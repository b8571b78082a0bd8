//! Prints the contract's JSON Schema; `cargo xtask schema` stores it.

use cosmwasm_schema::generate_api;
use stoa_marketplace_types::{ExecuteMsg, InstantiateMsg, QueryMsg};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let api = generate_api! {
        name: "marketplace",
        instantiate: InstantiateMsg,
        execute: ExecuteMsg,
        query: QueryMsg,
    };
    println!("{}", api.render().to_string()?);
    Ok(())
}
