//! Findings of the audit with their places: what publishes, or where the call most likely belongs.

import { Button } from "@mantine/core";
import { useState } from "react";
import { Foreign } from "@/shared/Foreign";
import { Copy } from "@/shared/Id";
import { showHidden } from "@/shared/text";
import classes from "./page.module.css";
import type { Finding, Place } from "./report";
import { useCoverageWords } from "./words";

const SHOWN = 100;
const PLACES = 3;

export function Findings({ findings }: { findings: Finding[] }) {
  const words = useCoverageWords();
  const [limit, setLimit] = useState(SHOWN);
  return (
    <>
      <ul className={classes.findings}>
        {findings.slice(0, limit).map((finding, index) => (
          <li key={index}>
            <div className={classes.finding}>
              <Foreign text={finding.type} />
              <span className={classes.quiet}>{words.states[finding.state]}</span>
            </div>
            <Details finding={finding} />
          </li>
        ))}
      </ul>
      {findings.length > limit && (
        <Button variant="subtle" onClick={() => setLimit(limit + 500)}>
          {words.more(Math.min(500, findings.length - limit))}
        </Button>
      )}
    </>
  );
}

function Details({ finding: { state, places, suggestion, note, accepted } }: { finding: Finding }) {
  const words = useCoverageWords();
  const lead = state === "undefined" ? words.near : state === "bypass" ? words.table : suggestion === null ? words.unplaced : null;
  return (
    <div className={classes.details}>
      {places.slice(0, PLACES).map((place, index) => (
        <PlaceLine key={index} place={place} />
      ))}
      {places.length > PLACES && <span className={classes.quiet}>{words.morePlaces(places.length - PLACES)}</span>}
      {suggestion && (
        <>
          <div className={classes.quiet}>
            {words.likely} {suggestion.reason && showHidden(suggestion.reason)}
          </div>
          <PlaceLine place={suggestion} />
          {suggestion.snippet && <Snippet text={suggestion.snippet} />}
        </>
      )}
      {note && lead && state !== "published" && (
        <div className={classes.quiet}>
          {lead} <bdi>{showHidden(note)}</bdi>
        </div>
      )}
      {accepted && (
        <div className={classes.quiet}>
          {words.accepted} <bdi>{showHidden(accepted)}</bdi>
        </div>
      )}
    </div>
  );
}

function PlaceLine({ place }: { place: Place }) {
  const at = place.line === null ? place.file : `${place.file}:${place.line}`;
  return (
    <div className={classes.place}>
      <Foreign text={at} />
      {place.function && (
        <span className={classes.quiet}>
          <Foreign text={place.function} />
        </span>
      )}
      <Copy value={at} />
    </div>
  );
}

function Snippet({ text }: { text: string }) {
  const words = useCoverageWords();
  return (
    <details className={classes.snippet}>
      <summary>{words.snippet}</summary>
      <pre tabIndex={0}>{showHidden(text)}</pre>
    </details>
  );
}
