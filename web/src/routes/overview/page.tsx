//! The overview: the answer sentence, figures and the chart behind it, what is failing now, and the nodes.

import { SegmentedControl, Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { FirstRun } from "@/frame/FirstRun";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Answer } from "./answer";
import { Figures } from "./figures";
import { Nodes } from "./nodes";
import classes from "./overview.module.css";
import { liveQuery, situationOf, statsQuery, tenantSituationQuery } from "./queries";
import { overviewRoute } from "./route";
import { Troubles } from "./troubles";

const DeliveriesChart = lazy(() => import("@/shared/charts/DeliveriesChart"));

export function OverviewPage() {
  const { overview } = useMessages();
  const words = overview.chart;
  const scope = useScope();
  const session = useSession();
  const { range } = overviewRoute.useSearch();
  const navigate = useNavigate({ from: overviewRoute.fullPath });
  const operator = session.kind === "operator";
  const all = scope.tenant === null;
  const live = useQuery({ ...liveQuery, enabled: operator });
  const tenant = useQuery({ ...tenantSituationQuery(scope), enabled: !all });
  const today = useQuery(statsQuery(scope, 1));
  const days = range === "month" ? 30 : 1;
  const shown = useQuery(statsQuery(scope, days));
  const situation = all ? live.data && situationOf(live.data) : tenant.data;
  const error = (all ? live.error : tenant.error) ?? today.error;

  if (error && situation === undefined) {
    const retry = () => void Promise.all([(all ? live : tenant).refetch(), today.refetch()]);
    return (
      <div className={classes.page}>
        <ProblemNotice error={error} onRetry={retry} />
      </div>
    );
  }
  return (
    <div className={classes.page}>
      <FirstRun />
      <Answer situation={situation} stats={today.data} paused={live.data?.paused ?? false} />
      <Figures stats={today.data} />
      <Troubles situation={situation} showTenant={all} />
      <section aria-labelledby="overview-chart">
        <div className={classes.chartHead}>
          <Title order={2} id="overview-chart">
            {words.title}
          </Title>
          <SegmentedControl
            aria-label={words.range}
            value={range ?? "day"}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, range: value === "month" ? "month" : undefined }),
                replace: true,
              })
            }
            data={[
              { value: "day", label: words.day },
              { value: "month", label: words.month },
            ]}
          />
        </div>
        {shown.data ? (
          <Suspense fallback={<Skeleton height={240} />}>
            <DeliveriesChart periods={shown.data.series ?? []} unit={days === 1 ? "hour" : "day"} />
          </Suspense>
        ) : (
          <Skeleton height={240} />
        )}
      </section>
      {operator && live.data && <Nodes nodes={live.data.nodes} />}
    </div>
  );
}
