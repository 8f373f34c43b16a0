import Router from "koa-router";

const router = new Router();

// A route, whatever its name is.
router.post("order.canceled", async (ctx) => {
  ctx.body = await cancel(ctx.request.body.id);
});

export default router;
