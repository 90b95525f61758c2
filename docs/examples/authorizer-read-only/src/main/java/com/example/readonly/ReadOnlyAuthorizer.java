package com.example.readonly;

import java.util.List;
import java.util.Set;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.Operation;
import mortise.spi.auth.Principal;
import mortise.spi.auth.ResourceType;

/** Decides from a list of prefixes, which never changes: no lock, no wait, any thread. */
final class ReadOnlyAuthorizer implements Authorizer {
    private static final Set<Operation> CHANGES =
            Set.of(Operation.WRITE, Operation.DELETE, Operation.ALTER, Operation.ALTER_CONFIGS);

    private final List<String> prefixes;

    ReadOnlyAuthorizer(List<String> prefixes) {
        this.prefixes = List.copyOf(prefixes);
    }

    @Override
    public boolean allows(Principal principal, String host, Action action) {
        return action.resource() != ResourceType.TOPIC
                || !CHANGES.contains(action.operation())
                || prefixes.stream().noneMatch(action.name()::startsWith);
    }

    @Override
    public void close() {}
}
