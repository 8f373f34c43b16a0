//! What is published and subscribed beside what the audited code publishes, and the roadmap to close the gaps.

import { Button, Skeleton, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Coverage } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { useSession } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { Page, PageAnswer } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Time } from "@/shared/Time";
import { CodeView } from "./code";
import { LiveView } from "./liveView";
import classes from "./page.module.css";
import { coverageQuery, reportQuery } from "./queries";
import type { Report } from "./report";
import { Roadmap } from "./roadmap";
import { coverageRoute, VIEWS } from "./route";
import { Upload } from "./upload";
import { useCoverageWords } from "./words";

export function CoveragePage() {
  const scope = useScope();
  // The report has places in the product's code, so the API shows it to the operator only.
  const operator = useSession().kind === "operator";
  const coverage = useQuery(coverageQuery(scope));
  const uploaded = coverage.data?.report;
  const report = useQuery({ ...reportQuery, enabled: operator && Boolean(uploaded) });
  const error = coverage.error ?? report.error;
  return (
    <Page>
      {coverage.data ? (
        <Body coverage={coverage.data} report={report.data ?? null} operator={operator} />
      ) : (
        !error && (
          <Stack>
            <Skeleton height={28} width={420} />
            <Skeleton height={400} />
          </Stack>
        )
      )}
      {error && <ProblemNotice error={error} onRetry={() => void (coverage.error ? coverage : report).refetch()} />}
    </Page>
  );
}

interface BodyProps {
  coverage: Coverage;
  report: Report | null;
  operator: boolean;
}

function Body({ coverage, report, operator }: BodyProps) {
  const words = useCoverageWords();
  const { view = "live" } = coverageRoute.useSearch();
  const navigate = useNavigate({ from: coverageRoute.fullPath });
  const { summary } = coverage;
  const views = report === null ? VIEWS.slice(0, 1) : VIEWS;
  const shown = views.find((known) => known === view) ?? "live";
  const ofCatalog = report?.findings.filter(({ state }) => state !== "undefined" && state !== "bypass") ?? [];
  const published = ofCatalog.filter(({ state }) => state === "published").length;
  return (
    <>
      <div className={classes.head}>
        <PageAnswer>{words.answer(summary.seen, summary.promised, coverage.days)}</PageAnswer>
        {report !== null && <Text>{words.codeAnswer(published, ofCatalog.length)}</Text>}
        <ReportLine report={coverage.report} />
        {operator && <Upload first={!coverage.report} />}
      </div>
      <Tabs
        value={shown}
        keepMounted={false}
        onChange={(value) => void navigate({ search: { view: VIEWS.find((known) => known === value && known !== "live") }, resetScroll: false })}
      >
        {views.length > 1 && (
          <Tabs.List aria-label={words.views.label} mb="md">
            {views.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {words.views[name]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        )}
        <Tabs.Panel value="live">
          {coverage.events.length === 0 ? <NoTypes /> : <LiveView coverage={coverage} linked={report !== null} />}
        </Tabs.Panel>
        {report !== null && (
          <>
            <Tabs.Panel value="code">
              <CodeView report={report} />
            </Tabs.Panel>
            <Tabs.Panel value="roadmap">
              <Roadmap report={report} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
    </>
  );
}

function NoTypes() {
  const words = useCoverageWords();
  return (
    <EmptyState
      title={words.noTypes.title}
      text={words.noTypes.text}
      action={<Button renderRoot={(props) => <Link to="/catalog" {...props} />}>{words.openCatalog}</Button>}
    />
  );
}

function ReportLine({ report }: { report: Coverage["report"] }) {
  const words = useCoverageWords();
  if (!report) return null;
  return (
    <div className={classes.report}>
      <span>{words.report}</span>
      {report.revision ? (
        <span className={classes.revision}>
          <Foreign text={report.revision.slice(0, 12)} />
        </span>
      ) : (
        <span>{words.noRevision}</span>
      )}
      <span>
        · {words.uploaded} <Time at={report.uploaded_at} />
      </span>
    </div>
  );
}
