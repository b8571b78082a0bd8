// Command amino-golden writes documents of SIGN_MODE_LEGACY_AMINO_JSON as the Cosmos SDK's x/tx makes them,
// for messages that CosmJS has no amino form of, and for those of wasmd that it has one of. Run it in a module that
// requires wasmd v0.60.8, for example beside a copy of `tests/oracle/wasmd/go.{mod,sum}`:
//
//	go run . > ../amino-sdk.json
//
// Messages with a wasm AccessConfig are not among them: here x/tx shows it as {}, because it cannot resolve
// that type across gogoproto's files, so nobody's signature covers it. The chain shows what CosmJS shows.
//
// Each case: the bytes of a transaction of signer data (chain "stoa-test-1", account 7, sequence 3) and the
// text to sign.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"

	authz "cosmossdk.io/api/cosmos/authz/v1beta1"
	bank "cosmossdk.io/api/cosmos/bank/v1beta1"
	consensus "cosmossdk.io/api/cosmos/consensus/v1"
	slashing "cosmossdk.io/api/cosmos/slashing/v1beta1"
	upgrade "cosmossdk.io/api/cosmos/upgrade/v1beta1"
	tmtypes "cosmossdk.io/api/tendermint/types"
	"cosmossdk.io/math"
	base "cosmossdk.io/api/cosmos/base/v1beta1"
	feegrant "cosmossdk.io/api/cosmos/feegrant/v1beta1"
	txv1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	vesting "cosmossdk.io/api/cosmos/vesting/v1beta1"
	"cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/tx/signing/aminojson"
	wasm "github.com/CosmWasm/wasmd/x/wasm/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	gogo "github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	me    = "stoa10xcqpzrky6eff2g52qdye53xkk9jxkvr0t5fq6"
	other = "stoa1rna690lzluhx26mxajy4q04xh32mhsqj5x9az8"
)

func pack(m proto.Message) *anypb.Any {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(err)
	}
	return &anypb.Any{TypeUrl: "/" + string(m.ProtoReflect().Descriptor().FullName()), Value: bytes}
}

func packGogo(m gogo.Message) *anypb.Any {
	bytes, err := gogo.Marshal(m)
	if err != nil {
		panic(err)
	}
	return &anypb.Any{TypeUrl: "/" + gogo.MessageName(m), Value: bytes}
}

func coins(amount string) []*base.Coin { return []*base.Coin{{Denom: "ustoa", Amount: amount}} }

type golden struct {
	Name   string `json:"name"`
	Tx     string `json:"tx"`
	Signed string `json:"signed"`
}

func main() {
	when := &timestamppb.Timestamp{Seconds: 1700000000, Nanos: 120000000}
	basic := &feegrant.BasicAllowance{SpendLimit: coins("5"), Expiration: when}
	periodic := &feegrant.PeriodicAllowance{Basic: &feegrant.BasicAllowance{},
		Period: &durationpb.Duration{Seconds: 3600, Nanos: 5}, PeriodSpendLimit: coins("1"), PeriodReset: &timestamppb.Timestamp{}}
	send := &bank.MsgSend{FromAddress: me, ToAddress: other, Amount: coins("1")}
	allow := func(m proto.Message) *anypb.Any {
		return pack(&feegrant.MsgGrantAllowance{Granter: me, Grantee: other, Allowance: pack(m)})
	}
	grant := func(m proto.Message, expiration *timestamppb.Timestamp) *anypb.Any {
		return pack(&authz.MsgGrant{Granter: me, Grantee: other, Grant: &authz.Grant{Authorization: pack(m), Expiration: expiration}})
	}
	grantGogo := func(m gogo.Message) *anypb.Any {
		return pack(&authz.MsgGrant{Granter: me, Grantee: other, Grant: &authz.Grant{Authorization: packGogo(m), Expiration: when}})
	}
	gogoAny := func(m gogo.Message) *codectypes.Any {
		any, err := codectypes.NewAnyWithValue(m)
		if err != nil {
			panic(err)
		}
		return any
	}
	gogoCoins := func(amount string) sdk.Coins {
		value, _ := math.NewIntFromString(amount)
		return sdk.Coins{sdk.NewCoin("ustoa", value)}
	}
	cases := []struct {
		name string
		msgs []*anypb.Any
	}{
		{"a basic allowance", []*anypb.Any{allow(basic)}},
		{"an allowance without limits", []*anypb.Any{allow(&feegrant.BasicAllowance{})}},
		{"a periodic allowance", []*anypb.Any{allow(periodic)}},
		{"an allowance for some messages", []*anypb.Any{allow(&feegrant.AllowedMsgAllowance{Allowance: pack(basic), AllowedMessages: []string{"/a.B", "/<c>"}})}},
		{"the end of an allowance", []*anypb.Any{pack(&feegrant.MsgRevokeAllowance{Granter: me, Grantee: other})}},
		{"pruning", []*anypb.Any{pack(&feegrant.MsgPruneAllowances{Pruner: me})}},
		{"a generic grant", []*anypb.Any{grant(&authz.GenericAuthorization{Msg: "/cosmos.bank.v1beta1.MsgSend"}, when)}},
		{"a grant to send", []*anypb.Any{grant(&bank.SendAuthorization{SpendLimit: coins("9"), AllowList: []string{me, other}}, nil)}},
		{"the end of a grant", []*anypb.Any{pack(&authz.MsgRevoke{Granter: me, Grantee: other, MsgTypeUrl: "/a.B"})}},
		{"acting for others", []*anypb.Any{pack(&authz.MsgExec{Grantee: me, Msgs: []*anypb.Any{pack(send), pack(&authz.MsgExec{Grantee: me, Msgs: []*anypb.Any{pack(send)}})}})}},
		{"acting without messages", []*anypb.Any{pack(&authz.MsgExec{Grantee: me})}},
		{"a multi-send of nothing", []*anypb.Any{pack(&bank.MsgMultiSend{})}},
		{"switching denominations", []*anypb.Any{pack(&bank.MsgSetSendEnabled{Authority: me, SendEnabled: []*bank.SendEnabled{{Denom: "abc", Enabled: true}, {Denom: "def"}}, UseDefaultFor: []string{"ghi"}})}},
		{"bank parameters", []*anypb.Any{pack(&bank.MsgUpdateParams{Authority: me, Params: &bank.Params{}})}},
		{"money that vests evenly", []*anypb.Any{pack(&vesting.MsgCreateVestingAccount{FromAddress: me, ToAddress: other, Amount: coins("3"), EndTime: 1893456000})}},
		{"money that never vests", []*anypb.Any{pack(&vesting.MsgCreatePermanentLockedAccount{FromAddress: me, ToAddress: other})}},
		{"money that vests in steps", []*anypb.Any{pack(&vesting.MsgCreatePeriodicVestingAccount{FromAddress: me, ToAddress: other, StartTime: 5, VestingPeriods: []*vesting.Period{{Length: 7, Amount: coins("1")}, {}}})}},
		{"contract grants", []*anypb.Any{grantGogo(&wasm.ContractExecutionAuthorization{Grants: []wasm.ContractGrant{{Contract: other, Limit: gogoAny(&wasm.MaxCallsLimit{Remaining: 5}), Filter: gogoAny(&wasm.AcceptedMessageKeysFilter{Keys: []string{"a", "b"}})}}})}},
		{"grants with every limit and filter", []*anypb.Any{grantGogo(&wasm.ContractExecutionAuthorization{Grants: []wasm.ContractGrant{
			{Contract: other, Limit: gogoAny(&wasm.MaxFundsLimit{Amounts: gogoCoins("7")}), Filter: gogoAny(&wasm.AllowAllMessagesFilter{})},
			{Contract: me, Limit: gogoAny(&wasm.CombinedLimit{CallsRemaining: 3, Amounts: gogoCoins("8")}), Filter: gogoAny(&wasm.AcceptedMessageKeysFilter{Keys: []string{"<a>"}})}}})}},
		{"migration grants", []*anypb.Any{grantGogo(&wasm.ContractMigrationAuthorization{Grants: []wasm.ContractGrant{{Contract: other, Limit: gogoAny(&wasm.MaxCallsLimit{Remaining: 1}), Filter: gogoAny(&wasm.AllowAllMessagesFilter{})}}})}},
		{"a grant to upload", []*anypb.Any{grantGogo(&wasm.StoreCodeAuthorization{Grants: []wasm.CodeGrant{{CodeHash: []byte("*")}, {CodeHash: make([]byte, 32)}}})}},
		{"an upload", []*anypb.Any{packGogo(&wasm.MsgStoreCode{Sender: me, WASMByteCode: []byte{0, 97, 115, 109, 255}})}},
		{"a predictable instantiation", []*anypb.Any{packGogo(&wasm.MsgInstantiateContract2{Sender: me, Admin: other, CodeID: 18, Label: "x", Msg: []byte(`{"b":[],"a":{}}`), Funds: gogoCoins("4"), Salt: []byte{1, 2, 255}, FixMsg: true})}},
		{"a migration", []*anypb.Any{packGogo(&wasm.MsgMigrateContract{Sender: me, Contract: other, CodeID: 98765, Msg: []byte(`"v2"`)})}},
		{"a new admin", []*anypb.Any{packGogo(&wasm.MsgUpdateAdmin{Sender: me, NewAdmin: other, Contract: other})}},
		{"no admin", []*anypb.Any{packGogo(&wasm.MsgClearAdmin{Sender: me, Contract: other})}},
		{"sudo", []*anypb.Any{packGogo(&wasm.MsgSudoContract{Authority: me, Contract: other, Msg: []byte(`{"tick":{}}`)})}},
		{"pinning", []*anypb.Any{packGogo(&wasm.MsgPinCodes{Authority: me, CodeIDs: []uint64{1, 300}}), packGogo(&wasm.MsgPinCodes{Authority: me})}},
		{"unpinning", []*anypb.Any{packGogo(&wasm.MsgUnpinCodes{Authority: me, CodeIDs: []uint64{18446744073709551615}})}},
		{"code and instantiation", []*anypb.Any{packGogo(&wasm.MsgStoreAndInstantiateContract{Authority: me, WASMByteCode: []byte{1}, UnpinCode: true, Admin: other, Label: "l", Msg: []byte(`{}`), Funds: gogoCoins("4"), Source: "https://a/?b&c", Builder: "d/e:1", CodeHash: []byte{9}})}},
		{"code and instantiation with nothing", []*anypb.Any{packGogo(&wasm.MsgStoreAndInstantiateContract{Authority: me, Msg: []byte(`null`)})}},
		{"code and migration", []*anypb.Any{packGogo(&wasm.MsgStoreAndMigrateContract{Authority: me, WASMByteCode: []byte{1, 2}, Contract: other, Msg: []byte(`[1,"2"]`)})}},
		{"more uploaders", []*anypb.Any{packGogo(&wasm.MsgAddCodeUploadParamsAddresses{Authority: me, Addresses: []string{me, other}})}},
		{"fewer uploaders", []*anypb.Any{packGogo(&wasm.MsgRemoveCodeUploadParamsAddresses{Authority: me})}},
		{"an upgrade", []*anypb.Any{pack(&upgrade.MsgSoftwareUpgrade{Authority: me, Plan: &upgrade.Plan{Name: "v2", Height: 77, Info: "<i>", Time: &timestamppb.Timestamp{Seconds: -62135596800}}})}},
		{"no upgrade", []*anypb.Any{pack(&upgrade.MsgCancelUpgrade{Authority: me})}},
		{"release from jail", []*anypb.Any{pack(&slashing.MsgUnjail{ValidatorAddr: other})}},
		{"slashing parameters", []*anypb.Any{pack(&slashing.MsgUpdateParams{Authority: me, Params: &slashing.Params{SignedBlocksWindow: 100, MinSignedPerWindow: []byte("500000000000000000"), DowntimeJailDuration: &durationpb.Duration{Seconds: 600}, SlashFractionDoubleSign: []byte("0"), SlashFractionDowntime: []byte("10000000000000000")}})}},
		{"consensus parameters", []*anypb.Any{pack(&consensus.MsgUpdateParams{Authority: me, Block: &tmtypes.BlockParams{MaxBytes: 1 << 20, MaxGas: -1}, Evidence: &tmtypes.EvidenceParams{MaxAgeNumBlocks: 5, MaxAgeDuration: &durationpb.Duration{Seconds: 9, Nanos: 1}, MaxBytes: 3}, Validator: &tmtypes.ValidatorParams{PubKeyTypes: []string{"ed25519"}}, Abci: &tmtypes.ABCIParams{VoteExtensionsEnableHeight: 2}})}},
		{"a new label", []*anypb.Any{packGogo(&wasm.MsgUpdateContractLabel{Sender: me, NewLabel: "a\u2028<b>", Contract: other})}},
		{"an execution with odd json", []*anypb.Any{packGogo(&wasm.MsgExecuteContract{Sender: me, Contract: other, Msg: []byte(` {"b":[9007199254740993, 18446744073709551615, -9223372036854775808],"a":{"\u003c":"\b\f\u0001\u007f"}, "a2": {}} `)})}},
	}
	var all []golden
	handler := aminojson.NewSignModeHandler(aminojson.SignModeHandlerOptions{FileResolver: gogo.HybridResolver})
	for _, c := range cases {
		body := &txv1.TxBody{Messages: c.msgs, Memo: "m", TimeoutHeight: 9}
		fee := &txv1.Fee{Amount: coins("5000"), GasLimit: 200000, Granter: other}
		info := &txv1.AuthInfo{Fee: fee}
		bodyBytes, _ := proto.MarshalOptions{Deterministic: true}.Marshal(body)
		infoBytes, _ := proto.MarshalOptions{Deterministic: true}.Marshal(info)
		raw, _ := proto.MarshalOptions{Deterministic: true}.Marshal(&txv1.TxRaw{BodyBytes: bodyBytes, AuthInfoBytes: infoBytes, Signatures: [][]byte{{1}}})
		text, err := handler.GetSignBytes(context.Background(),
			signing.SignerData{Address: me, ChainID: "stoa-test-1", AccountNumber: 7, Sequence: 3},
			signing.TxData{Body: body, AuthInfo: info, BodyBytes: bodyBytes, AuthInfoBytes: infoBytes})
		if err != nil {
			panic(c.name + ": " + err.Error())
		}
		all = append(all, golden{c.name, hex.EncodeToString(raw), string(text)})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(all); err != nil {
		panic(err)
	}
}
