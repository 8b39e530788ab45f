/** Whether a proposed view is equal online and offline, and what it costs. */

import * as React from "react";
import type { IProof } from "../api";
import { bytes, took, whole, type ILanguage } from "../wording";
import { Failure, Waiting, type IWork } from "./waiting";

export function Proving(props: {
  proof: IWork<IProof>;
  onProve: () => void;
  language: ILanguage;
}): React.JSX.Element {
  const { proof, onProve, language } = props;
  const { trans } = language;
  const { found, failure, reached, isRunning, stop } = proof;
  return (
    <section className="wb-Card" aria-label={trans.__("Proof and price")}>
      <h2 className="wb-Card-title">
        {trans.__("Proof and price")}
        <span className="wb-Faint">{trans.__("keys asked at instants around which something of them changes")}</span>
        <span className="wb-Spread" />
        {isRunning || found ? null : (
          <button type="button" className="wb-Button" onClick={onProve}>
            {trans.__("Prove and price")}
          </button>
        )}
      </h2>
      {isRunning ? (
        <Waiting
          reached={reached}
          first={trans.__("Working the view's rows out")}
          then={trans.__("Comparing online and offline")}
          language={language}
          onStop={stop}
        />
      ) : failure ? (
        <div className="wb-FromCell-said">
          <Failure failure={failure} language={language} />
        </div>
      ) : found ? (
        <Proven proof={found} language={language} />
      ) : (
        <p className="wb-FromCell-said wb-Faint">
          {trans.__("The rows are worked out as they would be for the view, and kept, so that registering it finds them.")}
        </p>
      )}
    </section>
  );
}

function Proven({ proof, language }: { proof: IProof; language: ILanguage }): React.JSX.Element {
  const { trans } = language;
  const figures: [string, string, string][] = [
    [trans.__("rows"), whole(proof.rows, language), trans.__("known at some time")],
    [trans.__("keys"), whole(proof.keys, language), trans.__("each a row online")],
    [trans.__("offline"), bytes(proof.disk_bytes, language), trans.__("on disk, for training sets")],
    [trans.__("online"), bytes(proof.online_bytes, language), trans.__("in the online store, about")],
    [trans.__("took"), took(proof.seconds, language), trans.__("to work the rows out")],
  ];
  return (
    <>
      <p className="wb-FromCell-said">
        <span className="wb-State" data-state={proof.equal ? "passed" : "failed"}>
          <span className="wb-Glyph" data-state={proof.equal ? "passed" : "failed"} aria-hidden="true">
            {proof.equal ? "✓" : "✕"}
          </span>{" "}
          {proof.equal
            ? trans.__("All %1 values are the same online and offline", whole(proof.values, language))
            : trans.__("%1 of %2 values differ online and offline", whole(proof.different, language), whole(proof.values, language))}
        </span>
      </p>
      <dl className="wb-Figures">
        {figures.map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{value}</b> <span className="wb-Faint">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
      {proof.examples.length > 0 ? (
        <div className="wb-Card-scroll" tabIndex={0} role="group" aria-label={trans.__("What differs")}>
          <table className="wb-Table">
            <caption className="wb-Hidden">{trans.__("What differs")}</caption>
            <thead>
              <tr>
                <th scope="col">{trans.__("key")}</th>
                <th scope="col">{trans.__("at")}</th>
                <th scope="col">{trans.__("feature")}</th>
                <th scope="col" data-align="right">{trans.__("offline")}</th>
                <th scope="col" data-align="right">{trans.__("online")}</th>
              </tr>
            </thead>
            <tbody>
              {proof.examples.map((each, place) => (
                <tr key={place}>
                  <td>{Object.values(each.keys).map(String).join(", ")}</td>
                  <td>{each.at ?? "–"}</td>
                  <td>{each.feature}</td>
                  <td data-align="right">{String(each.offline ?? "–")}</td>
                  <td data-align="right">{String(each.online ?? "–")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
