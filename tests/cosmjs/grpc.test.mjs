// gRPC and gRPC-web by their wire formats, without a generated client.

import assert from "node:assert/strict";
import http2 from "node:http2";
import { describe, it } from "node:test";

import {
  QueryBalanceRequest,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";

import { DENOM, GRPC } from "./src/network.mjs";

const SUPPLY_OF = "/cosmos.bank.v1beta1.Query/SupplyOf";

function frame(message) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, Buffer.from(message)]);
}

// One unary call: the answer's bytes, its headers and its gRPC status.
function call(path, message, metadata = {}) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${GRPC}`);
    session.on("error", reject);
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...metadata,
    });
    let headers = {};
    let trailers = {};
    const chunks = [];
    stream.on("response", (received) => (headers = received));
    stream.on("trailers", (received) => (trailers = received));
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      const status = Number(trailers["grpc-status"] ?? headers["grpc-status"]);
      const text = decodeURIComponent(trailers["grpc-message"] ?? headers["grpc-message"] ?? "");
      resolve({ status, text, headers, message: Buffer.concat(chunks).subarray(5) });
    });
    stream.end(frame(message));
  });
}

describe("gRPC", () => {
  const request = QuerySupplyOfRequest.encode({ denom: DENOM }).finish();

  it("answers a query and tells the height", async () => {
    const { status, headers, message } = await call(SUPPLY_OF, request);
    assert.equal(status, 0);
    assert.equal(QuerySupplyOfResponse.decode(message).amount.denom, DENOM);
    assert.ok(Number(headers["x-cosmos-block-height"]) > 0);
  });

  it("answers at an earlier height", async () => {
    const { status, headers } = await call(SUPPLY_OF, request, { "x-cosmos-block-height": "2" });
    assert.deepEqual([status, headers["x-cosmos-block-height"]], [0, "2"]);
  });

  it("refuses with the statuses of gRPC", async () => {
    assert.equal((await call("/no.such.Service/Method", request)).status, 12);
    const bad = QueryBalanceRequest.encode({ address: "test", denom: DENOM }).finish();
    const refused = await call("/cosmos.bank.v1beta1.Query/Balance", bad);
    assert.equal(refused.status, 3);
    assert.match(refused.text, /invalid address/);
  });

  it("lists and describes its services by reflection", async () => {
    for (const version of ["v1", "v1alpha"]) {
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      // Field 7 lists services, field 4 asks for the file of a symbol.
      const listed = await call(path, Buffer.from([0x3a, 0]));
      assert.equal(listed.status, 0, listed.text);
      for (const service of ["cosmos.bank.v1beta1.Query", "cosmwasm.wasm.v1.Query", "grpc.reflection"]) {
        assert.ok(listed.message.includes(service), service);
      }
      const symbol = Buffer.from("cosmos.tx.v1beta1.Service.GetTx");
      const described = await call(path, Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
      assert.ok(described.message.includes("GetTxResponse"));
    }
  });

  it("speaks gRPC-web", async () => {
    const response = await fetch(`http://${GRPC}${SUPPLY_OF}`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto", origin: "https://example.org" },
      body: frame(request),
    });
    assert.equal(response.status, 200);
    const body = Buffer.from(await response.arrayBuffer());
    const length = body.readUInt32BE(1);
    const answer = QuerySupplyOfResponse.decode(body.subarray(5, 5 + length));
    assert.equal(answer.amount.denom, DENOM);
    assert.match(body.subarray(5 + length).toString(), /grpc-status:0/);
  });
});
