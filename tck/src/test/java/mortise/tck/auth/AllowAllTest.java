package mortise.tck.auth;

import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;

/** The kit holds for the authoriser that a broker has when none is chosen. */
class AllowAllTest implements AuthorizerContract {
    @Override
    public AuthorizerProvider provider() {
        return new AllowAll();
    }

    /** That authoriser is no plugin, so the kit is given one that makes it. */
    public static final class AllowAll implements AuthorizerProvider {
        @Override
        public String name() {
            return "allow-all";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            return Authorizer.ALLOW_ALL;
        }
    }
}
