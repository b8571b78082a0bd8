// Runs a script of writes, commits and questions against the root multistore of the Cosmos SDK, and prints
// the script again with the answers: lines that begin with "= ".
//
//	stores NAME...                        mounts IAVL stores; comes first
//	initial HEIGHT                        height of the first commit
//	set STORE KEY VALUE                   all keys and values in hex, "-" for none
//	del STORE KEY
//	commit                                = HEIGHT APP_HASH NAME:ROOT...
//	prove HEIGHT STORE KEY                = VALUE PROOF PROOF, VALUE is "absent" for an absent key
//	verify APP_HASH STORE KEY VALUE PROOF PROOF   = valid, or = invalid
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"cosmossdk.io/log"
	"cosmossdk.io/store/metrics"
	pruning "cosmossdk.io/store/pruning/types"
	"cosmossdk.io/store/rootmulti"
	"cosmossdk.io/store/types"
	"github.com/cometbft/cometbft/crypto/merkle"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	dbm "github.com/cosmos/cosmos-db"
)

const (
	maxLineBytes = 1 << 20
	absent       = "absent"
	none         = "-"
)

type chain struct {
	root  *rootmulti.Store
	names []string
	// Writes since the last commit: flushed in the order of keys, as after a block.
	block types.CacheMultiStore
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, maxLineBytes), maxLineBytes)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var c chain
	for in.Scan() {
		line := in.Text()
		fmt.Fprintln(out, line)
		if answer := c.run(strings.Fields(line)); answer != "" {
			fmt.Fprintln(out, "= "+answer)
		}
	}
	check(in.Err())
}

func (c *chain) run(words []string) string {
	if len(words) == 0 || words[0] == "#" {
		return ""
	}
	switch command, rest := words[0], words[1:]; command {
	case "stores":
		c.open(rest)
	case "initial":
		check(c.root.SetInitialVersion(number(rest[0])))
	case "set":
		c.store(rest[0]).Set(unhex(rest[1]), unhex(rest[2]))
	case "del":
		c.store(rest[0]).Delete(unhex(rest[1]))
	case "commit":
		return c.commit()
	case "prove":
		return c.prove(number(rest[0]), rest[1], unhex(rest[2]))
	case "verify":
		return verify(rest)
	default:
		panic("unknown command: " + command)
	}
	return ""
}

func (c *chain) open(names []string) {
	c.names = names
	c.root = rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	c.root.SetPruning(pruning.NewPruningOptions(pruning.PruningNothing))
	for _, name := range names {
		c.root.MountStoreWithDB(types.NewKVStoreKey(name), types.StoreTypeIAVL, nil)
	}
	check(c.root.LoadLatestVersion())
	c.block = c.root.CacheMultiStore()
}

func (c *chain) store(name string) types.KVStore {
	return c.block.GetKVStore(c.root.StoreKeysByName()[name])
}

// As BaseApp does: the writes are flushed and hashed at the end of the block, then committed.
func (c *chain) commit() string {
	c.block.Write()
	working := c.root.WorkingHash()
	id := c.root.Commit()
	if string(working) != string(id.Hash) {
		panic("the working hash is not the committed one")
	}
	c.block = c.root.CacheMultiStore()
	answer := []string{strconv.FormatInt(id.Version, 10), hex.EncodeToString(id.Hash)}
	for _, name := range c.names {
		store := c.root.GetCommitKVStore(c.root.StoreKeysByName()[name])
		answer = append(answer, name+":"+hex.EncodeToString(store.LastCommitID().Hash))
	}
	return strings.Join(answer, " ")
}

func (c *chain) prove(height int64, store string, key []byte) string {
	path := "/" + store + "/key"
	response, err := c.root.Query(&types.RequestQuery{Path: path, Data: key, Height: height, Prove: true})
	check(err)
	value := absent
	if response.Value != nil {
		value = hexOrNone(response.Value)
	}
	ops := response.ProofOps.Ops
	if len(ops) != 2 || ops[0].Type != types.ProofOpIAVLCommitment ||
		ops[1].Type != types.ProofOpSimpleMerkleCommitment || string(ops[1].Key) != store {
		panic("unexpected proof operations")
	}
	return strings.Join([]string{value, hexOrNone(ops[0].Data), hexOrNone(ops[1].Data)}, " ")
}

// As CometBFT's light client verifies what a full node answers.
func verify(words []string) string {
	appHash, store, key := unhex(words[0]), words[1], unhex(words[2])
	ops := &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{
		{Type: types.ProofOpIAVLCommitment, Key: key, Data: unhex(words[4])},
		{Type: types.ProofOpSimpleMerkleCommitment, Key: []byte(store), Data: unhex(words[5])},
	}}
	path := merkle.KeyPath{}.AppendKey([]byte(store), merkle.KeyEncodingURL).AppendKey(key, merkle.KeyEncodingHex)
	runtime := rootmulti.DefaultProofRuntime()
	var err error
	if words[3] == absent {
		err = runtime.VerifyAbsence(ops, appHash, path.String())
	} else {
		err = runtime.VerifyValue(ops, appHash, path.String(), unhex(words[3]))
	}
	if err != nil {
		return "invalid"
	}
	return "valid"
}

func hexOrNone(bytes []byte) string {
	if len(bytes) == 0 {
		return none
	}
	return hex.EncodeToString(bytes)
}

func unhex(text string) []byte {
	if text == none {
		return []byte{}
	}
	bytes, err := hex.DecodeString(text)
	check(err)
	return bytes
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
