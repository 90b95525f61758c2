package mortise.broker.plugin;

import java.util.concurrent.atomic.AtomicLong;
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
    private static final long SILENCE_NANOS = 60_000_000_000L;

    private final PluginInstance<Authorizer> instance;
    private final Authorizer authorizer;
    private final PluginActivity activity;
    private final AtomicLong quietUntilNanos;

    /** A plugin's authoriser. */
    public MeteredAuthorizer(PluginInstance<Authorizer> instance) {
        this.instance = instance;
        this.authorizer = instance.made();
        this.activity = instance.activity();
        this.quietUntilNanos = new AtomicLong(activity.now());
        instance.start(() -> {});
    }

    @Override
    public boolean allows(Principal principal, String host, Action action) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return authorizer.allows(principal, host, action);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            deny(action, failure);
            return false;
        } finally {
            activity.leave(before, begun);
        }
    }

    private void deny(Action action, Throwable failure) {
        String what = activity.failed("allows", failure);
        long now = activity.now();
        long until = quietUntilNanos.get();
        if (now - until >= 0 && quietUntilNanos.compareAndSet(until, now + SILENCE_NANOS)) {
            LOG.error("{}; denied {}, as everything that it cannot decide", what, action, failure);
        }
    }

    @Override
    public void close() {
        instance.close();
    }
}
