#!lua name=shiftwall

-- Shiftwall's only code inside Redis: it appends a message to a site's journal and announces it, in one step.
--
--   FCALL sw_emit 1 sw:{SITE}:journal sw:{SITE}:events JSON [HOURS]
--
-- JSON is one event or a batch of them; HOURS is how long the journal is kept (48). The reply is the new entry's ID;
-- once it is given, the message is in the journal. The entry holds the message (e) and the ID before it (p); the
-- channel gets "ID PREV JSON". PREV is "0-0" for the first entry of a journal. By these links a consumer sees
-- whether it missed anything, whether entries were trimmed away before it read them, and whether the journal
-- was replaced.
--
-- The same file serves Redis 6.2 as a script (EVALSHA SHA 1 KEY CHANNEL JSON), without its first line.

local VERSION = 1
local BYTES_MAX = 131072 -- twice a batch: what is merely too long is refused, and counted, by Shiftwall
local MINUTE_MS = 60000
local HOUR_MS = 3600000

local function milliseconds(id)
  return tonumber(string.match(id, '^%d+'))
end

-- The ID before the next one: the last entry's, and of a journal emptied by hand the last ever given. (XINFO alone
-- would do, but costs more than the last entry.)
local function last_id(key)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if last then
    return last[1]
  end
  local info = redis.pcall('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return info[i + 1]
    end
  end
  return '0-0'
end

local function sw_emit(keys, args)
  local key, channel, json = keys[1], args[1], args[2]
  local hours = tonumber(args[3] or 48)
  if not key or not channel or not json or not hours or hours <= 0 then
    return redis.error_reply('ERR sw_emit wants 1 JOURNAL CHANNEL JSON [HOURS]')
  end
  if #json > BYTES_MAX then
    return redis.error_reply('ERR sw_emit: the message is longer than ' .. BYTES_MAX .. ' bytes')
  end
  local prev = last_id(key)
  local id = redis.call('XADD', key, '*', 'e', json, 'p', prev)
  -- Old entries go once a minute: to look for them with every message would cost a fifth of its time.
  local now_ms = milliseconds(id)
  if math.floor(now_ms / MINUTE_MS) ~= math.floor(milliseconds(prev) / MINUTE_MS) then
    local oldest = string.format('%.0f', math.max(0, now_ms - hours * HOUR_MS))
    redis.call('XTRIM', key, 'MINID', '~', oldest, 'LIMIT', 0)
  end
  redis.call('PUBLISH', channel, id .. ' ' .. prev .. ' ' .. json)
  return id
end

if redis.register_function then
  redis.register_function('sw_emit', sw_emit)
  redis.register_function({
    function_name = 'sw_emit_version',
    callback = function() return VERSION end,
    flags = { 'no-writes' },
  })
else
  return sw_emit(KEYS, ARGV)
end
