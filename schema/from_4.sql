-- From tables of version 4 to those of today. Version 4 kept no findings of engines. [tables] stands for store.sql.
[tables];
