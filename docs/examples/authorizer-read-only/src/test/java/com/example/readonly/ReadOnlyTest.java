package com.example.readonly;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mortise.spi.auth.Action;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Operation;
import mortise.spi.auth.Principal;
import mortise.tck.auth.AuthorizerContract;
import org.junit.jupiter.api.Test;

/** The conformance kit, and what this plugin does beyond it. */
class ReadOnlyTest implements AuthorizerContract {
    @Override
    public AuthorizerProvider provider() {
        return new ReadOnlyProvider();
    }

    @Test
    void writesToProtectedTopicsAreDenied() {
        ReadOnlyAuthorizer authorizer = new ReadOnlyAuthorizer(List.of("archive-"));
        assertFalse(allows(authorizer, Operation.WRITE, "archive-2025"));
        assertTrue(allows(authorizer, Operation.READ, "archive-2025"));
        assertTrue(allows(authorizer, Operation.WRITE, "orders"));
    }

    private static boolean allows(
            ReadOnlyAuthorizer authorizer, Operation operation, String topic) {
        return authorizer.allows(
                Principal.ANONYMOUS, "127.0.0.1", Action.onTopic(operation, topic));
    }
}
