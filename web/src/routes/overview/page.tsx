//! The overview: the answer sentence, figures and the chart behind it, what is failing now, and the nodes.

import { SegmentedControl, Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { FirstRun } from "@/frame/FirstRun";
import { useScope } from "@/frame/useScope";
import { useSession } from "@/session/context";
import { NodeTable } from "@/shared/NodeTable";
import { Page } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Answer } from "./answer";
import { Figures } from "./figures";
import classes from "./overview.module.css";
import { backlogOf, backlogQuery, figuresQuery, liveQuery, troubledQuery } from "./queries";
import { overviewRoute } from "./route";
import { Troubles } from "./troubles";
import { useOverviewWords } from "./words";

const DeliveriesChart = lazy(() => import("@/shared/charts/DeliveriesChart"));

export function OverviewPage() {
  const overview = useOverviewWords();
  const words = overview.chart;
  const scope = useScope();
  const session = useSession();
  const { range } = overviewRoute.useSearch();
  const navigate = useNavigate({ from: overviewRoute.fullPath });
  const operator = session.kind === "operator";
  const all = scope.tenant === null;
  const days = range === "month" ? 30 : 1;
  const live = useQuery({ ...liveQuery, enabled: operator });
  const ofTenant = useQuery({ ...backlogQuery(scope), enabled: !all });
  const troubled = useQuery(troubledQuery(scope));
  const figures = useQuery(figuresQuery(scope, days));
  const backlog = all ? live.data && backlogOf(live.data) : ofTenant.data;
  const failed = [troubled, figures, all ? live : ofTenant].find((query) => query.error && query.data === undefined);
  const stats = figures.data?.stats;
  const lost = figures.data?.counts.statuses.some(({ status, deliveries }) => deliveries > 0 && (status === "failed" || status === "disabled"));

  if (failed) {
    return (
      <Page>
        <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />
      </Page>
    );
  }
  return (
    <Page>
      <FirstRun />
      <Answer troubled={troubled.data} backlog={backlog} idle={stats?.total.attempts === 0} lost={lost} paused={live.data?.paused ?? false} />
      <Troubles troubled={troubled.data} />
      <section aria-labelledby="overview-chart" className={classes.section}>
        <div className={classes.chartHead}>
          <Title order={2} id="overview-chart">
            {words.heading}
          </Title>
          <SegmentedControl
            aria-label={words.range}
            value={range ?? "day"}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, range: value === "month" ? "month" : undefined }),
                replace: true,
                resetScroll: false,
              })
            }
            data={[
              { value: "day", label: words.day },
              { value: "month", label: words.month },
            ]}
          />
        </div>
        <Figures figures={figures.data} />
        {stats ? (
          <Suspense fallback={<Skeleton height={266} />}>
            <DeliveriesChart periods={stats.series ?? []} unit={days === 1 ? "hour" : "day"} />
          </Suspense>
        ) : (
          <Skeleton height={264} />
        )}
      </section>
      {operator && live.data && <NodeTable nodes={live.data.nodes} />}
    </Page>
  );
}
