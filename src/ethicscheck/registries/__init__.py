"""Where records are kept beside the models they are about: one file for each registry, nothing imported until it is used."""
