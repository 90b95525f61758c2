package mortise.spi.auth;

import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;

/**
 * Decides who may do what, from memory only: what it decides by is read when it starts, and kept up
 * to date by threads or timers of its context. Thread-safe.
 */
public interface Authorizer extends Lifecycle {
    /** Everybody may do everything. */
    Authorizer ALLOW_ALL =
            new Authorizer() {
                @Override
                public boolean allows(Principal principal, String host, Action action) {
                    return true;
                }

                @Override
                public void close() {}
            };

    /**
     * Decides one action.
     *
     * @param host the client's address as text
     */
    @CalledOn({Caller.EVENT_LOOP, Caller.VIRTUAL})
    boolean allows(Principal principal, String host, Action action);

    /** Releases what the authoriser holds. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
