//! The words that names are made of, and what they say about the secret that a name holds.

/// What may stand glued to a keyword and leave its meaning.
#[rustfmt::skip]
pub(super) const SUFFIXES: &[&str] = &[
    "accesskey", "b", "code", "db", "hex", "ization", "key", "keys", "phrase", "plain", "s", "str", "string", "value",
    "word", "words",
];

/// Members of a secret whose argument or value is the secret.
#[rustfmt::skip]
pub(super) const TELLING: &[&str] = &[
    "admin", "client", "default", "dev", "eq", "eql", "equal", "equals", "fill", "isequalto", "key", "master", "plain",
    "prod", "raw", "root", "secret", "send_keys", "sendkeys", "set", "setvalue", "test", "tobe", "toequal", "type", "user",
    "value",
];

/// Words behind a keyword that make the name speak about a secret.
#[rustfmt::skip]
pub(super) const ABOUT: &[&str] = &[
    "address", "age", "algo", "algorithm", "alias", "annotation", "arn", "at", "attempts", "attr", "attribute", "audience",
    "backend", "bcrypt", "bearer", "bits", "board", "bucket", "bytes", "callback", "chain", "change", "changed", "checksum", "class", "codes",
    "col", "column", "controller", "count", "crypt", "css", "data", "date", "desc", "description", "dict", "digest", "dir",
    "directory", "disabled", "doc", "docs", "domain", "email", "enabled", "enc", "encoder", "encrypted", "end", "endpoint",
    "engine", "env", "error", "errors", "event", "expiration", "expire", "expired", "expires", "expiry", "factory", "field",
    "file", "filename", "files", "fingerprint", "flow", "form", "format", "frame", "frames", "grant", "guid", "handler",
    "hash", "hashed", "header", "headers", "help", "hint", "host", "icon", "id", "ids", "image", "index", "info", "input",
    "interface", "interval", "iterable", "iterator", "invalid", "is", "issuer", "kind", "label", "len", "length", "lifetime", "line", "link",
    "list", "loaded", "location", "locator", "manager", "mgr", "map", "match", "max", "md", "message", "method", "min", "mismatch", "mode",
    "module", "mount", "msg", "must", "name", "names", "namespace", "not", "num", "number", "offset", "option", "options",
    "page", "pair", "param", "parameter", "params", "path", "pattern", "placeholder", "policy", "port", "pos", "position",
    "prefix", "prompt", "prop", "property", "provider", "public", "publishable", "realm", "ref", "regex", "repository", "request",
    "required", "reset", "response", "ring", "role", "rotation", "rule", "rules", "salt", "schema", "scope", "scopes",
    "selector", "server", "service", "set", "sha", "signature", "size", "sock", "socket", "source", "spec", "src", "start", "state",
    "status", "storage",
    "store", "strategy", "strength", "stroke", "suffix", "sum", "table", "template", "text", "time", "timeout", "title",
    "tooltip", "ttl", "type", "types", "uri", "url", "usage", "usages", "user", "username", "uuid", "valid", "validation",
    "validator", "var", "variable", "vault", "verifier", "version", "view", "volume", "xpath",
];

/// Words before a keyword that deny it.
#[rustfmt::skip]
pub(super) const DENIALS: &[&str] = &[
    "empty", "encrypted", "for", "hash", "hashed", "lost", "missing", "need", "no", "pub", "public", "publishable", "require",
    "requires", "without",
];

/// Words before a keyword that make a function of that name do something else than set a secret.
#[rustfmt::skip]
pub(super) const VERBS: &[&str] = &[
    "create", "allow", "ask", "by", "bypass", "can", "change", "check", "disable", "enable", "encode", "encrypt", "fetch",
    "find", "forget", "forgot", "generate", "get", "has", "have", "hide", "is", "load", "lookup", "on", "read", "reset",
    "should", "show", "update", "validate", "verify", "via",
];

/// Words before `token` that make it a place in a list, a text or a grammar.
#[rustfmt::skip]
pub(super) const TOKENS_OF_OTHERS: &[&str] = &[
    "antiforgery", "authenticity", "bos", "cancel", "cancellation", "cls", "continuation", "current", "delimiter", "design",
    "eos", "first", "last", "lex", "lexer", "marker", "mask", "next", "pad", "page", "pagination", "parser", "prev",
    "previous", "push", "resume", "scroll", "semicolon", "sep", "separator", "skip", "special", "start", "stop", "sync",
    "syntax", "unk", "word", "xsrf",
];

/// Words before `key` that make it an index.
#[rustfmt::skip]
pub(super) const KEYS_OF_OTHERS: &[&str] = &[
    "arrow", "artifact", "asset", "attachment", "blob", "board", "bucket", "cache", "chunk", "component", "correlation", "dedup",
    "deduplication", "etag", "feature", "field", "file", "flag", "folder", "idempotency", "image", "item", "job", "media", "metric",
    "node", "parent", "path", "photo", "project", "query", "shard", "site", "socket", "thumb", "thumbnail", "topic", "upload", "video",
    "event", "foreign", "group", "hash", "hot", "index", "locale", "lookup", "map", "message", "object",
    "partition", "press", "primary", "public", "range", "registry", "resource", "routing", "row", "shortcut", "sort", "translation",
    "unique",
    "company", "contact", "external", "gateway", "idempotency", "sealed", "wrapped",
];

/// Words before `key` that make it open something.
#[rustfmt::skip]
pub(super) const KEYS_OF_DOORS: &[&str] = &[
    "access", "account", "activation", "admin", "aes", "api", "app", "application", "auth", "aws", "azure",
    "certificate", "cipher", "client", "consumer", "crypt", "crypto", "decryption", "deploy", "des", "encrypt", "encrypted",
    "encryption", "gcp", "hmac", "integration", "jwt", "licence", "license", "master", "private", "psk", "read",
    "rsa", "secret", "secure", "security", "seed", "server", "service", "session", "shared", "sign", "signature",
    "signing", "ssh", "ssl", "storage", "subscription", "tls", "user", "web", "webhook", "wep", "wpa", "write",
];

/// What makes another word of "pass" when it stands glued before it.
pub(super) const BEFORE_PASS: &[&str] = &[
    "by", "com", "encom", "field", "final", "first", "last", "multi", "name", "over", "render", "second", "single", "sur", "tag",
    "tres", "two", "under",
];
