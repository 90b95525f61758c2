package mortise.broker.plugin;

import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authoriser of a plugin, counted and named. One that throws has not allowed anything: the
 * action is denied, and the log says so once a minute.
 */
public final class MeteredAuthorizer implements Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredAuthorizer.class);

    private final PluginInstance<Authorizer> instance;
    private final Authorizer authorizer;
    private final PluginActivity activity;
    private final OncePerMinute complaints;

    /** A plugin's authoriser. */
    public MeteredAuthorizer(PluginInstance<Authorizer> instance) {
        this.instance = instance;
        this.authorizer = instance.made();
        this.activity = instance.activity();
        this.complaints = new OncePerMinute(activity.now());
    }

    @Override
    public boolean allows(Principal principal, String host, Action action) {
        return activity.callOr(
                "allows",
                () -> authorizer.allows(principal, host, action),
                (call, failure) -> denied(action, call, failure));
    }

    private boolean denied(Action action, String call, Throwable failure) {
        String what = activity.failed(call, failure);
        if (complaints.due(activity.now())) {
            LOG.error("{}; denied {}, as everything that it cannot decide", what, action, failure);
        }
        return false;
    }

    @Override
    public void close() {
        instance.close();
    }
}
