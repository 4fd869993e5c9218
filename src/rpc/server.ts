// Owns: the listening server: routes, headers, CORS, the life of connections. The one file that imports fastify and its plugins.
// Does not own: what a POST is answered (http.ts), WebSockets (ws.ts), or the texts it serves (pages, chains-json, metrics).
// Called by: node.ts.

import { randomBytes } from 'node:crypto'
import cors from '@fastify/cors'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { AppError } from '../errors.js'
import { Admission } from './admission.js'
import { CallMetrics } from './call-metrics.js'
import { baseUrl, chainsJson, type BaseUrl } from './chains-json.js'
import { createDispatcher } from './dispatch.js'
import { errorText, invalidRequestCode } from './envelope.js'
import { rpcCodes, toRpcError } from './errors.js'
import { answerPost, type Gate, type Refusal } from './http.js'
import { laneInfo, readiness } from './lane-info.js'
import type { GatewayContext, MethodRow } from './method.js'
import { createMetrics, type Metrics } from './metrics.js'
import { favicon, pageHeaders, startPage } from './pages.js'
import { laneKey, pathOf, routeOf } from './route.js'
import type { ServerSettings } from './settings.js'
import { WsServer } from './ws.js'

export type GatewayServer = {
  /** Port 0 takes a free one. @throws AppError 'config-invalid' when the address cannot be had. */
  listen(host: string, port: number): Promise<{ host: string; port: number }>
  /** Lets requests in flight finish, closes WebSockets with 1001, and is done within a second and a half. */
  close(): Promise<void>
  /** Text of /metrics. */
  metrics(): Promise<string>
  /** A request without a socket, for tests. */
  inject: FastifyInstance['inject']
}

export type ServerOptions = { context: GatewayContext; methods: Record<string, MethodRow>; settings: ServerSettings }

/** A request must be complete by then: a caller that dribbles does not hold a connection for ever. */
const requestTimeoutMs = 60_000
/** Requests in flight at shutdown may take this long before their connections are cut. */
const closeGraceMs = 1_000
/** Longest path looked at; nothing served has a name near it. */
const pathLengthMax = 4_096

export function createServer({ context, methods, settings }: ServerOptions): GatewayServer {
  const calls = new CallMetrics()
  const gate: Gate = { dispatcher: createDispatcher(context, methods, calls.observe), admission: new Admission(settings) }
  const ws = new WsServer(gate, settings.cors)
  const { lanes, following, sealing } = context
  const metrics = createMetrics({ lanes, calls, following, sealing, wsConnections: () => ws.count })
  const app = fastify({
    bodyLimit: context.limits.bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    return503OnClosing: false, // What arrives on an open connection while closing is still answered, as JSON-RPC.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: pathLengthMax },
    frameworkErrors: (error, _request, reply) => sendFailure(error, reply),
  })
  app.server.on('upgrade', (request, socket, head) => ws.upgrade(request, socket, head))
  app.addHook('preClose', () => ws.close())
  app.setErrorHandler((error: FastifyError, _request, reply) => sendFailure(error, reply))
  app.setNotFoundHandler((_request, reply) =>
    sendJson(reply.code(405), errorText('null', { code: invalidRequestCode, message: 'method not allowed' })),
  )
  if (settings.cors !== null) void app.register(cors, corsOptions(settings.cors))
  // Routes go into a plugin because hooks of plugins bind to routes that come after them.
  void app.register((scope, _options, done) => {
    addPost(scope, gate)
    addGets(scope, { context, settings, metrics })
    done()
  })
  return {
    listen: (host, port) => listen(app, host, port),
    close: () => close(app, metrics),
    metrics: metrics.text,
    inject: app.inject.bind(app) as FastifyInstance['inject'],
  }
}

function addPost(app: FastifyInstance, gate: Gate): void {
  // Tools send JSON as text/plain, as a form, or without a type: the body is read as JSON-RPC whatever it is called.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.method === 'POST') request.raw.headers['content-type'] = 'application/json'
    done()
  })
  app.post('/*', (request, reply) => {
    const answered = answerPost(gate, request.raw, (request.body as Buffer | undefined) ?? noBody)
    if (typeof answered === 'string') return sendJson(reply, answered)
    if (!(answered instanceof Promise)) return sendRefusal(reply, answered)
    answered.then(
      (text) => sendJson(reply, text),
      (error: FastifyError) => sendFailure(error, reply),
    )
  })
}

const noBody = Buffer.alloc(0)

type GetSources = { context: GatewayContext; settings: ServerSettings; metrics: Metrics }

function addGets(app: FastifyInstance, { context, settings, metrics }: GetSources): void {
  const { lanes, clientVersion } = context
  app.get('/health', () => ({ status: 'ok', version: clientVersion, uptimeSeconds: Math.floor(process.uptime()) }))
  app.get('/ready', (_request, reply) => {
    const state = readiness(lanes)
    return reply.code(state.status === 'ready' ? 200 : 503).send(state)
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  app.get('/chains.json', (request) => chainsJson(lanes, baseOf(request, settings), settings))
  app.get('/openrpc.json', () => context.openrpc())
  app.get('/favicon.ico', (_request, reply) => reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(favicon))
  app.get('/*', (request, reply) => {
    const path = pathOf(request.raw.url ?? '/')
    if (laneKey(path) === null) {
      if (!(request.headers.accept ?? '').includes('text/html')) return reply.send({ ...readiness(lanes), version: clientVersion })
      const nonce = randomBytes(16).toString('base64')
      return reply
        .headers(pageHeaders(nonce))
        .send(startPage({ lanes, sealing: context.sealing, base: baseOf(request, settings), settings, clientVersion, nonce }))
    }
    try {
      return reply.send(laneInfo(routeOf(lanes, path).lane))
    } catch (error) {
      return sendJson(reply.code(404), errorText('null', toRpcError(error)))
    }
  })
}

/** The URL under which the caller sees us; a proxy says so in X-Forwarded-*. */
function baseOf(request: FastifyRequest, { trustProxy }: ServerSettings): BaseUrl {
  const forwarded = (name: string): string | undefined => {
    const value = trustProxy ? request.headers[name] : undefined
    return typeof value === 'string' ? value.split(',').at(-1)!.trim() : undefined
  }
  return baseUrl(forwarded('x-forwarded-proto') === 'https', forwarded('x-forwarded-host') ?? request.headers.host ?? 'localhost')
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('content-type', 'application/json').send(text)
}

function sendRefusal(reply: FastifyReply, { status, text, retryAfterSeconds }: Refusal): FastifyReply {
  if (retryAfterSeconds !== null) reply.header('retry-after', String(retryAfterSeconds))
  return sendJson(reply.code(status), text)
}

/** What fails before the dispatcher: a body that is too large or broken off, a path that cannot be decoded. */
function sendFailure(error: FastifyError, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500
  const failure =
    status < 500
      ? { code: invalidRequestCode, message: error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? 'content length too large' : error.message }
      : { code: rpcCodes.internal, message: 'internal error' }
  return sendJson(reply.code(status), errorText('null', failure))
}

function corsOptions(origin: '*' | readonly string[]): Record<string, unknown> {
  return {
    origin: origin === '*' ? '*' : [...origin],
    methods: ['GET', 'POST'],
    maxAge: 86_400,
    exposedHeaders: ['retry-after'],
    strictPreflight: false,
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<{ host: string; port: number }> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') throw new AppError('config-invalid', `port: ${port} on ${host} is in use`, { key: 'port' })
    if (code === 'EACCES') throw new AppError('config-invalid', `port: ${port} on ${host} needs more rights`, { key: 'port' })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new AppError('config-invalid', `host: ${host} is no address of this machine`, { key: 'host' })
    throw error
  }
  const address = app.server.address()
  return { host, port: address !== null && typeof address === 'object' ? address.port : port }
}

async function close(app: FastifyInstance, metrics: Metrics): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), closeGraceMs)
  await app.close()
  clearTimeout(timer)
  metrics.close()
}
