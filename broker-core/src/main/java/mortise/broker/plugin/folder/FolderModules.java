package mortise.broker.plugin.folder;

import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The jars of one plugin folder as modules.
 *
 * <p>A jar with a module descriptor stays what it is. All others go, with all their packages, into
 * one open module that exports everything ({@link LibraryModule}), so that packages may be split
 * between jars; for each of them an empty module of its name requires that one transitively, so
 * that a plugin's {@code requires some.library} resolves. A library with a descriptor that shares a
 * package with another jar is treated as if it had none.
 *
 * <p>The library module reads the platform's modules and {@link OfferedModules what brokers share
 * with their plugins}, except those that share a name or a package with the folder; never the
 * broker's own libraries. Nor does a module with a descriptor: one that requires such a library,
 * and does not find it in the folder, is refused ({@link RequiredModules}).
 */
final class FolderModules {
    /**
     * A module that is never there. Who requires such a one statically may use and provide services
     * that no module it requires exports: those of the folder's explicit modules, which the library
     * module reads without requiring them, and those that only the broker's modules see.
     */
    static final String ABSENT = "mortise.plugin.folder.absent";

    private final String libraryName;
    private final List<LibraryJar> libraries;
    private final Map<String, ModuleReference> modules;
    private final List<String> problems;

    private FolderModules(
            String libraryName,
            List<LibraryJar> libraries,
            Map<String, ModuleReference> modules,
            List<String> problems) {
        this.libraryName = libraryName;
        this.libraries = libraries;
        this.modules = modules;
        this.problems = problems;
    }

    /**
     * The modules that a folder's jars make.
     *
     * @param name the folder's name
     * @param jars the folder's, in file-name order
     * @param parent the layer that the folder's own will stand on
     * @throws RefusedFolderException if the jars do not fit together
     */
    static FolderModules of(String name, List<LibraryJar> jars, ModuleLayer parent) {
        List<LibraryJar> libraries = new ArrayList<>();
        Map<String, LibraryJar> explicit = new TreeMap<>();
        Map<String, ModuleReference> modules = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        OfferedModules offered = OfferedModules.of(parent);
        for (LibraryJar jar : jars) {
            ModuleReference module = jar.module() ? explicitModule(jar, problems) : null;
            if (offered.leavesOut(jar, module, problems)) {
                continue;
            }
            if (module == null) {
                libraries.add(jar);
                continue;
            }
            String moduleName = module.descriptor().name();
            LibraryJar twin = explicit.put(moduleName, jar);
            if (twin != null) {
                throw new RefusedFolderException(
                        "module "
                                + moduleName
                                + " is in both "
                                + twin.path().getFileName()
                                + " and "
                                + jar.path().getFileName()
                                + "; remove one");
            }
            modules.put(moduleName, module);
        }
        demoteSplit(libraries, explicit, modules);
        libraries.forEach(jar -> problems.addAll(jar.problems()));
        String libraryName = "mortise.plugin.folder." + moduleNamePart(name);
        if (!libraries.isEmpty()) {
            synthesise(libraryName, libraries, modules, parent);
        }
        return new FolderModules(libraryName, libraries, modules, problems);
    }

    /** The module of a jar; null if its descriptor cannot be read, which is then noted. */
    private static @Nullable ModuleReference explicitModule(LibraryJar jar, List<String> problems) {
        try {
            return ModuleFinder.of(jar.path()).findAll().iterator().next();
        } catch (FindException damaged) {
            Throwable cause = damaged.getCause() == null ? damaged : damaged.getCause();
            problems.add(
                    jar.path().getFileName()
                            + " has a module descriptor that cannot be read ("
                            + cause.getMessage()
                            + "); it is used as if it had none");
            return null;
        }
    }

    /** Libraries whose packages lie in several jars lose their descriptors; plugins keep theirs. */
    private static void demoteSplit(
            List<LibraryJar> libraries,
            Map<String, LibraryJar> explicit,
            Map<String, ModuleReference> modules) {
        Map<String, LibraryJar> owner = new HashMap<>();
        Set<LibraryJar> involved = Collections.newSetFromMap(new IdentityHashMap<>());
        Stream.concat(libraries.stream(), explicit.values().stream())
                .forEach(jar ->
                        jar.packages()
                                .forEach(name -> {
                                    LibraryJar first = owner.putIfAbsent(name, jar);
                                    if (first != null) {
                                        involved.add(first);
                                        involved.add(jar);
                                    }
                                }));
        for (Map.Entry<String, LibraryJar> entry : List.copyOf(explicit.entrySet())) {
            LibraryJar jar = entry.getValue();
            if (involved.contains(jar)) {
                ModuleDescriptor descriptor = descriptor(modules, entry.getKey());
                modules.remove(entry.getKey());
                libraries.add(
                        new LibraryJar(
                                jar.path(),
                                false,
                                Optional.of(entry.getKey()),
                                jar.classes(),
                                jar.directories(),
                                jar.shared(),
                                merged(jar.services(), provided(descriptor)),
                                jar.problems()));
            }
        }
        libraries.sort(Comparator.comparing(LibraryJar::path));
    }

    private static ModuleDescriptor descriptor(Map<String, ModuleReference> modules, String name) {
        return Objects.requireNonNull(modules.get(name)).descriptor();
    }

    private static Map<String, List<String>> provided(ModuleDescriptor descriptor) {
        return descriptor.provides().stream()
                .collect(
                        Collectors.toMap(
                                ModuleDescriptor.Provides::service,
                                ModuleDescriptor.Provides::providers));
    }

    private static SortedMap<String, List<String>> merged(
            Map<String, List<String>> left, Map<String, List<String>> right) {
        SortedMap<String, List<String>> all = new TreeMap<>(left);
        right.forEach((service, providers) ->
                all.merge(
                        service,
                        providers,
                        (one, other) ->
                                Stream.concat(one.stream(), other.stream()).distinct().toList()));
        return all;
    }

    private static void synthesise(
            String name,
            List<LibraryJar> libraries,
            Map<String, ModuleReference> modules,
            ModuleLayer parent) {
        Set<String> packages = new HashSet<>();
        Set<String> uses = new HashSet<>();
        for (LibraryJar jar : libraries) {
            packages.addAll(jar.packages());
            jar.classes().values().forEach(uses::addAll);
        }
        Set<String> names = new HashSet<>(modules.keySet());
        libraries.forEach(jar -> jar.alias().ifPresent(names::add));
        Set<String> taken = new HashSet<>(packages);
        modules.values().forEach(module -> taken.addAll(module.descriptor().packages()));

        ModuleDescriptor.Builder builder = ModuleDescriptor.newOpenModule(name);
        builder.requires(Set.of(Requires.Modifier.STATIC), ABSENT);
        builder.packages(packages);
        packages.forEach(builder::exports);
        Set<String> visible = new HashSet<>(taken);
        for (Module module : parent.modules()) {
            ModuleDescriptor descriptor = module.getDescriptor();
            descriptor.provides().forEach(provides -> uses.add(provides.service()));
            uses.addAll(descriptor.uses());
            if (mayRead(descriptor, names, taken)) {
                if (!descriptor.name().equals("java.base")) {
                    builder.requires(descriptor.name());
                }
                visible.addAll(descriptor.packages());
            }
        }
        uses.forEach(builder::uses);
        provides(libraries, packages, visible).forEach(builder::provides);
        modules.put(name, LibraryModule.of(builder.build(), libraries));
        Set<String> served = new HashSet<>();
        for (LibraryJar jar : libraries) {
            List<String> shadowed =
                    jar.shared().stream().filter(entry -> !served.add(entry)).toList();
            jar.alias()
                    .filter(alias -> !modules.containsKey(alias))
                    .ifPresent(alias -> modules.put(alias, aliasOf(alias, name, jar, shadowed)));
        }
    }

    private static boolean mayRead(
            ModuleDescriptor module, Set<String> names, Set<String> packages) {
        String name = module.name();
        return OfferedModules.include(name)
                && !names.contains(name)
                && module.packages().stream().noneMatch(packages::contains);
    }

    private static Map<String, List<String>> provides(
            List<LibraryJar> libraries, Set<String> packages, Set<String> visible) {
        Map<String, List<String>> all = new TreeMap<>();
        for (LibraryJar jar : libraries) {
            all = merged(all, jar.services());
        }
        Map<String, List<String>> usable = new TreeMap<>();
        all.forEach((service, providers) -> {
            List<String> here =
                    providers.stream()
                            .filter(provider -> packages.contains(packageOf(provider)))
                            .toList();
            if (visible.contains(packageOf(service)) && !here.isEmpty()) {
                usable.put(service, here);
            }
        });
        return usable;
    }

    private static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }

    private static ModuleReference aliasOf(
            String alias, String library, LibraryJar jar, List<String> shadowed) {
        ModuleDescriptor descriptor =
                ModuleDescriptor.newModule(alias)
                        .requires(Set.of(Requires.Modifier.TRANSITIVE), library)
                        .build();
        return LibraryModule.of(descriptor, jar, shadowed);
    }

    /** A folder's name as part of a module name: what is no letter or digit becomes one. */
    private static String moduleNamePart(String name) {
        StringBuilder part = new StringBuilder("f_");
        name.codePoints()
                .forEach(point -> {
                    if (Character.isJavaIdentifierPart(point)) {
                        part.appendCodePoint(point);
                    } else {
                        part.append('_');
                    }
                });
        return part.toString();
    }

    /**
     * Keeps the modules to what there is for them: each other, and what brokers offer.
     *
     * @param broker the layer that the folder's own will stand on
     * @throws RefusedFolderException if one requires what is not there
     */
    void confine(ModuleLayer broker) {
        new RequiredModules(modules.keySet(), broker).confine(modules);
    }

    /** Every module, for resolution; all of them are roots. */
    ModuleFinder finder() {
        return new ModuleFinder() {
            @Override
            public Optional<ModuleReference> find(String name) {
                return Optional.ofNullable(modules.get(name));
            }

            @Override
            public Set<ModuleReference> findAll() {
                return Set.copyOf(modules.values());
            }
        };
    }

    /** The names of all modules. */
    Set<String> names() {
        return modules.keySet();
    }

    /** The descriptors of the modules that came with one. */
    List<ModuleDescriptor> explicit() {
        return modules.values().stream()
                .filter(module -> module.location().isPresent())
                .map(ModuleReference::descriptor)
                .toList();
    }

    /** The name of the module that holds the jars without a descriptor; null if there is none. */
    @Nullable String library() {
        return libraries.isEmpty() ? null : libraryName;
    }

    /** What of the folder cannot be loaded although the rest can. */
    List<String> problems() {
        return problems;
    }
}
