/** Folders of plugins: their jars, as a module layer of their own. Knows nothing of instances. */
package mortise.broker.plugin.folder;
