// The rules of the chain registry (github.com/cosmos/chain-registry) for the fields that this chain publishes, in our own
// words: no package carries the registry's schema files. A field that is not named here is refused, so that whoever adds
// one to the documents looks it up in the registry first.

const text = { type: "string", minLength: 1 };
const price = { type: "number", minimum: 0 };
const version = { type: "string", pattern: "^v?\\d+(\\.\\d+){0,2}$" };
const list = (items) => ({ type: "array", items, minItems: 1 });
const record = (properties, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const endpoints = list(record({ address: text }));

export const chainSchema = record({
  $schema: { const: "../chain.schema.json" },
  chain_name: { type: "string", pattern: "^[a-z0-9]+$" },
  chain_type: { const: "cosmos" },
  chain_id: text,
  pretty_name: text,
  status: { enum: ["live", "upcoming", "killed"] },
  network_type: { enum: ["mainnet", "testnet", "devnet"] },
  bech32_prefix: text,
  daemon_name: text,
  key_algos: list({ enum: ["secp256k1", "ethsecp256k1", "ed25519", "sr25519", "bn254"] }),
  slip44: { type: "integer", minimum: 0 },
  fees: record({
    fee_tokens: list(
      record({
        denom: text,
        fixed_min_gas_price: price,
        low_gas_price: price,
        average_gas_price: price,
        high_gas_price: price,
      }),
    ),
  }),
  codebase: record({
    recommended_version: text,
    language: record({ type: { enum: ["go", "rust", "solidity", "other"] } }),
    consensus: record({ type: { enum: ["tendermint", "cometbft", "sei-tendermint"] }, version }),
    cosmwasm: record({ enabled: { type: "boolean" }, version }),
  }),
  apis: record({ rpc: endpoints, rest: endpoints, grpc: endpoints }),
});

export const assetListSchema = record({
  $schema: { const: "../assetlist.schema.json" },
  chain_name: { type: "string", pattern: "^[a-z0-9]+$" },
  assets: list(
    record({
      description: text,
      denom_units: list(
        record({ denom: text, exponent: { type: "integer", minimum: 0 }, aliases: list(text) }, [
          "denom",
          "exponent",
        ]),
      ),
      base: text,
      name: { type: "string", minLength: 1, maxLength: 30 },
      display: text,
      symbol: text,
      type_asset: { enum: ["sdk.coin", "cw20", "erc20", "ics20", "snip20", "snip25"] },
    }),
  ),
});
