/**
 * What presence keeps in Redis, under one prefix; every key expires by itself.
 *
 *   :since           when the first beat after a silence (or a loss of data) came
 *   :any:<user>      sorted set: connection token -> last beat
 *   :active:<user>   the same, of connections that are not idle
 *   :here:<room>     sorted set: user|token -> last beat of a connection that has the room on the screen
 *   :typing:<room>   sorted set: user|token -> when the person last typed
 *
 * All times are Redis's own, so that the nodes' clocks don't matter. A token names one connection for ever: to remove it is to compare and delete.
 */
const clock = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local prefix = ARGV[1]
local ttl = tonumber(ARGV[2])
`

/** ARGV: prefix, TTL in ms, JSON of connections. Gives 1 when it is the first beat after a silence. */
export const beatScript = `${clock}
local first = redis.call('SET', prefix .. ':since', now, 'NX', 'PX', ttl)
if not first then redis.call('PEXPIRE', prefix .. ':since', ttl) end
local function put(key, member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ttl)
  redis.call('ZADD', key, now, member)
  redis.call('PEXPIRE', key, ttl)
end
for _, connection in ipairs(cjson.decode(ARGV[3])) do
  put(prefix .. ':any:' .. connection.user, connection.token)
  if connection.idle then redis.call('ZREM', prefix .. ':active:' .. connection.user, connection.token)
  else put(prefix .. ':active:' .. connection.user, connection.token) end
  if type(connection.focus) == 'string' then put(prefix .. ':here:' .. connection.focus, connection.user .. '|' .. connection.token) end
end
return first and 1 or 0`

/** ARGV: prefix, unused, JSON of {user, token, rooms}: where the connection may be noted as here or typing. */
export const removeScript = `${clock}
for _, gone in ipairs(cjson.decode(ARGV[3])) do
  redis.call('ZREM', prefix .. ':any:' .. gone.user, gone.token)
  redis.call('ZREM', prefix .. ':active:' .. gone.user, gone.token)
  for _, room in ipairs(gone.rooms) do
    redis.call('ZREM', prefix .. ':here:' .. room, gone.user .. '|' .. gone.token)
    redis.call('ZREM', prefix .. ':typing:' .. room, gone.user .. '|' .. gone.token)
  end
end
return 1`

/** ARGV: prefix, TTL in ms, JSON of users. Gives now, since, then two times a user: the last beat of any and of an active connection; 0: none. */
export const readScript = `${clock}
local found = { tostring(now), redis.call('GET', prefix .. ':since') or '0' }
for _, user in ipairs(cjson.decode(ARGV[3])) do
  found[#found + 1] = redis.call('ZRANGE', prefix .. ':any:' .. user, -1, -1, 'WITHSCORES')[2] or '0'
  found[#found + 1] = redis.call('ZRANGE', prefix .. ':active:' .. user, -1, -1, 'WITHSCORES')[2] or '0'
end
return found`

/** ARGV: prefix, TTL in ms, JSON of {kind, room, member, on}. */
export const markScript = `${clock}
for _, mark in ipairs(cjson.decode(ARGV[3])) do
  local key = prefix .. ':' .. mark.kind .. ':' .. mark.room
  if mark.on then
    redis.call('ZADD', key, now, mark.member)
    redis.call('PEXPIRE', key, ttl)
  else redis.call('ZREM', key, mark.member) end
end
return 1`

/** ARGV: prefix, TTL in ms, JSON of rooms, kind. Gives an array of user|token for each room. */
export const crowdScript = `${clock}
local found = {}
for index, room in ipairs(cjson.decode(ARGV[3])) do
  found[index] = redis.call('ZRANGEBYSCORE', prefix .. ':' .. ARGV[4] .. ':' .. room, '(' .. (now - ttl), '+inf')
end
return found`
