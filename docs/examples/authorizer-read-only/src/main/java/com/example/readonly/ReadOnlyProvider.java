package com.example.readonly;

import java.util.List;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.PluginContext;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;

/** What the broker finds: the plugin's name, its configuration keys, and how to make one. */
public final class ReadOnlyProvider implements AuthorizerProvider {
    private static final ConfigKey<List<String>> PREFIXES =
            ConfigKey.of(
                            "authorizer.read-only.prefixes",
                            ConfigType.LIST,
                            "Topics whose names begin with one of these may be read by everybody and written by nobody.")
                    .defaultsTo(List.of("archive-"));

    @Override
    public String name() {
        return "read-only";
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.of(PREFIXES);
    }

    @Override
    public Authorizer create(Config config, PluginContext context) {
        return new ReadOnlyAuthorizer(config.get(PREFIXES));
    }
}
